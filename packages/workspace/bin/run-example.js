import { Server, Socket } from 'node:net'
import { pathToFileURL } from 'node:url'

/**
 * Runs an example of the documentation: its servers listen on a free loopback port, whatever port it names, and neither they
 * nor its connections keep the process alive once its code has been run, so that it ends when it has nothing more to do.
 * One that is a suite of tests, which run after that, closes its connections itself.
 */
const [, , file] = process.argv
const { listen } = Server.prototype
const { connect } = Socket.prototype
const connections = new Set()
let hasRun = false

Server.prototype.listen = function listenUnreferenced(...parameters) {
  const listening = parameters.findLast((parameter) => typeof parameter === 'function')
  return listen.call(this, 0, '127.0.0.1', listening).unref()
}

Socket.prototype.connect = function connectUntilTheEnd(...parameters) {
  connections.add(this)
  this.once('close', () => connections.delete(this))
  if (hasRun) this.unref()
  return connect.apply(this, parameters)
}

await import(pathToFileURL(file).href)
if (!file.endsWith('.test.js')) {
  hasRun = true
  for (const connection of connections) connection.unref()
}
