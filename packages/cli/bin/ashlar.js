#!/usr/bin/env node
import { main } from '../dist/index.js'

// Whoever reads may stop, as `head` does; the exit code is the one of a broken pipe, so that it passes for no finding.
process.stdout.on('error', ({ code }) => process.exit(code === 'EPIPE' ? 141 : 1))
process.exitCode = await main(process.argv.slice(2))
