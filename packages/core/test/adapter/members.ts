/** A function that a router could call, which answers the text that it was made with. */
export type Handler = (this: unknown, text: string) => unknown
export type AnyClass = new (...values: never[]) => object
type Members = Record<PropertyKey, unknown>

const SYMBOL = Symbol('handler')

/** A kind of class member that gives a router a handler. */
export interface Kind {
  readonly name: PropertyKey
  /** Whether a router finds it on the class, or on an instance. */
  readonly place: 'class' | 'instance'
  /** A class that has it and answers `said`. */
  make(said: string, base?: AnyClass): AnyClass
  /** Gives it to a class, or to what its instances inherit from, that exists already. */
  add?(to: object, said: string): void
}

const saying =
  (said: string): Handler =>
  () =>
    said

class Nothing {}

export const KINDS: Readonly<Record<string, Kind>> = {
  'a method': {
    name: 'show',
    place: 'instance',
    make: (said, base = Nothing) =>
      class extends base {
        show(): string {
          return said
        }
      },
    add: (to, said) => Object.assign(to, { show: saying(said) }),
  },
  'a method under a symbol': {
    name: SYMBOL,
    place: 'instance',
    make: (said, base = Nothing) =>
      class extends base {
        [SYMBOL](): string {
          return said
        }
      },
    add: (to, said) => Object.assign(to, { [SYMBOL]: saying(said) }),
  },
  'a method whose text begins like that of a class': {
    name: 'class',
    place: 'instance',
    make: (said, base = Nothing) =>
      class extends base {
        class(): string {
          return said
        }
      },
    add: (to, said) =>
      Object.assign(to, {
        class(): string {
          return said
        },
      }),
  },
  'a static method whose text begins like that of a class': {
    name: 'class',
    place: 'class',
    make: (said, base = Nothing) =>
      class extends base {
        static class(): string {
          return said
        }
      },
  },
  'an asynchronous method': {
    name: 'show',
    place: 'instance',
    make: (said, base = Nothing) =>
      class extends base {
        async show(): Promise<string> {
          return said
        }
      },
  },
  'a getter': {
    name: 'show',
    place: 'instance',
    make: (said, base = Nothing) =>
      class extends base {
        get show(): Handler {
          return saying(said)
        }
      },
    add: (to, said) => Object.defineProperty(to, 'show', { get: () => saying(said), configurable: true }),
  },
  'a getter with a setter': {
    name: 'show',
    place: 'instance',
    make: (said, base = Nothing) =>
      class extends base {
        #held: Handler = saying(said)
        get show(): Handler {
          return this.#held
        }
        set show(value: Handler) {
          this.#held = value
        }
      },
  },
  'a property that is not enumerable': {
    name: 'show',
    place: 'instance',
    make: (said, base = Nothing) => {
      const made = class extends base {}
      Object.defineProperty(made.prototype, 'show', { value: saying(said), configurable: true })
      return made
    },
    add: (to, said) => Object.defineProperty(to, 'show', { value: saying(said), configurable: true }),
  },
  'a function in a field': {
    name: 'show',
    place: 'instance',
    make: (said, base = Nothing) =>
      class extends base {
        show: Handler = () => said
      },
  },
  'a function in a field under a symbol': {
    name: SYMBOL,
    place: 'instance',
    make: (said, base = Nothing) =>
      class extends base {
        [SYMBOL]: Handler = () => said
      },
  },
  'a function that the constructor assigns': {
    name: 'show',
    place: 'instance',
    make: (said, base = Nothing) =>
      class extends base {
        constructor() {
          super()
          ;(this as Members)['show'] = saying(said)
        }
      },
  },
  'a getter that the constructor defines': {
    name: 'show',
    place: 'instance',
    make: (said, base = Nothing) =>
      class extends base {
        constructor() {
          super()
          Object.defineProperty(this, 'show', { get: () => saying(said), configurable: true })
        }
      },
  },
  'a bound method': {
    name: 'show',
    place: 'instance',
    make: (said, base = Nothing) =>
      class extends base {
        constructor() {
          super()
          this.show = this.show.bind(this)
        }
        show(): string {
          return said
        }
      },
  },
  'a static method': {
    name: 'show',
    place: 'class',
    make: (said, base = Nothing) =>
      class extends base {
        static show(): string {
          return said
        }
      },
    add: (to, said) => Object.assign(to, { show: saying(said) }),
  },
  'a static method under a symbol': {
    name: SYMBOL,
    place: 'class',
    make: (said, base = Nothing) =>
      class extends base {
        static [SYMBOL](): string {
          return said
        }
      },
    add: (to, said) => Object.assign(to, { [SYMBOL]: saying(said) }),
  },
  'a static getter': {
    name: 'show',
    place: 'class',
    make: (said, base = Nothing) =>
      class extends base {
        static get show(): Handler {
          return saying(said)
        }
      },
    add: (to, said) => Object.defineProperty(to, 'show', { get: () => saying(said), configurable: true }),
  },
  'a function in a static field': {
    name: 'show',
    place: 'class',
    make: (said, base = Nothing) =>
      class extends base {
        static show: Handler = () => said
      },
  },
}

/** What a router finds of a class, called. */
export async function heard({ name, place }: Kind, made: AnyClass): Promise<unknown> {
  const found = place === 'class' ? made : new made()
  return (found as Members as Record<PropertyKey, Handler>)[name]!('')
}
