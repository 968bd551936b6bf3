import { connect } from 'node:net'

/** Connects, says `hello`, and resolves when the answer begins with `answer`. */
export function greeting(port: number, hello: Uint8Array, answer: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(hello))
    socket.once('data', (data) => {
      socket.destroy()
      if (answer.test(data.toString('latin1'))) resolve()
      else reject(new Error(`Port ${port} answered ${JSON.stringify(data.toString('latin1'))}.`))
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error(`Port ${port} closed the connection.`)))
  })
}
