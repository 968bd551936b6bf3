import { Server } from 'node:net'

/**
 * Loaded before an example of the documentation: its servers listen on a free loopback port, whatever port it names, and
 * close once they listen, so that the example comes to its end.
 */
const { listen } = Server.prototype

Server.prototype.listen = function listenAndClose(...parameters) {
  const listening = parameters.findLast((parameter) => typeof parameter === 'function')
  this.once('listening', () => setImmediate(() => this.close()))
  return listen.call(this, 0, '127.0.0.1', listening)
}
