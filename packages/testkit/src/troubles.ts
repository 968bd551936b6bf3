/** A function that is not ours and goes wrong, in one of the ways there are. */
export interface Trouble {
  readonly call: () => never
  /** How often somebody has listened for what becomes of it; 1 where nobody has to. */
  readonly watched: () => number
}

export type TroubleName =
  | 'throws'
  | 'rejects'
  | 'answers a thenable that rejects'
  | 'answers a thenable that throws'
  | 'answers what can not be read'
  | 'never answers'

const fault = (): Error => new Error('foreign')

/** A promise that never keeps what it says, and notes who listens for that. */
function broken(settle: (reject: (error: unknown) => void) => void): Trouble {
  let watched = 0
  const thenable = {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tried here
    then(_: unknown, reject?: (error: unknown) => void) {
      if (reject) watched += 1
      settle((error) => reject?.(error))
    },
  }
  return { call: () => thenable as never, watched: () => watched }
}

/**
 * Every way in which a callback may go wrong, made anew for each test. What it throws or rejects with is an `Error` that
 * says `foreign`.
 */
export const troubles: Readonly<Record<TroubleName, () => Trouble>> = {
  throws: () => ({
    call() {
      throw fault()
    },
    watched: () => 1,
  }),
  rejects() {
    let watched = 0
    const call = (): never => {
      const promise = Promise.reject(fault())
      // What nobody listens for must not end the test.
      promise.catch(() => undefined)
      return Object.defineProperty(promise, 'then', {
        value(...handlers: [undefined, undefined]) {
          if (handlers[1]) watched += 1
          return Promise.prototype.then.apply(promise, handlers)
        },
      }) as never
    }
    return { call, watched: () => watched }
  },
  'answers a thenable that rejects': () => broken((reject) => reject(fault())),
  'answers a thenable that throws': () =>
    broken(() => {
      throw fault()
    }),
  'answers what can not be read': () => ({
    call: () =>
      Object.defineProperty({}, 'then', {
        get: () => {
          throw fault()
        },
      }) as never,
    watched: () => 1,
  }),
  'never answers': () => broken(() => undefined),
}
