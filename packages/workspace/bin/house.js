import '../dist/house-command.js'
