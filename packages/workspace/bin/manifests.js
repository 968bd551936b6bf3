import '../dist/manifests-command.js'
