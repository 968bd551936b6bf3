import { Server } from 'node:net'

/**
 * Loaded before an example of the documentation: its servers listen on a free loopback port, whatever port it names, and
 * don't keep the process alive, so that the example ends once it has nothing more to do.
 */
const { listen } = Server.prototype

Server.prototype.listen = function listenUnreferenced(...parameters) {
  const listening = parameters.findLast((parameter) => typeof parameter === 'function')
  return listen.call(this, 0, '127.0.0.1', listening).unref()
}
