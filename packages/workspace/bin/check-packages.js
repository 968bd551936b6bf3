import '../dist/check-packages.js'
