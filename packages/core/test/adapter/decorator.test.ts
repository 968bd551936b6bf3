import { describe, expect, test } from '@jest/globals'

import { type AnyMethod, methodDecorator } from '../../src/adapter.ts'

const shout = methodDecorator<(this: unknown, text: string) => unknown>(
  (method) =>
    async function (text) {
      return `${await (method.call(this, text) as Promise<string>)}!`
    },
)

class Greeter {
  readonly #name = 'Ada'

  @shout
  async greet(text: string): Promise<string> {
    await Promise.resolve()
    return `${text} ${this.#name}`
  }

  @shout
  static async greet(text: string): Promise<string> {
    return text
  }

  @shout
  async ['computed'](text: string): Promise<string> {
    return text
  }
}

const misused = shout as never as (value: unknown, context: unknown) => never
const error = expect.objectContaining({ name: 'ConfigurationError', code: 'ERR_DECORATOR_TARGET' })

describe('a method decorator, by the standard', () => {
  test('wraps methods, also static ones, which keep their this', async () => {
    expect(await new Greeter().greet('Hello')).toBe('Hello Ada!')
    expect(await Greeter.greet('Hi')).toBe('Hi!')
    expect(await new Greeter().computed('Well')).toBe('Well!')
  })

  test('wraps the method of a subclass', async () => {
    class Loud extends Greeter {
      @shout
      override async greet(text: string): Promise<string> {
        return super.greet(`${text},`)
      }
    }
    expect(await new Loud().greet('Hello')).toBe('Hello, Ada!!')
  })

  test('refuses fields and accessors', () => {
    expect(() => {
      class Decorated {
        @misused handler: AnyMethod = () => undefined
      }
      return Decorated
    }).toThrow(error)
    expect(() => {
      class Decorated {
        @misused get handler(): AnyMethod {
          return () => undefined
        }
      }
      return Decorated
    }).toThrow(error)
    expect(() => {
      class Decorated {
        @misused accessor handler: AnyMethod = () => undefined
      }
      return Decorated
    }).toThrow(error)
    expect(() => misused(undefined, undefined)).toThrow(error)
  })
})

describe('a decorator of a class', () => {
  class Base {
    async inherited(text: string): Promise<string> {
      return text
    }
  }

  @shout
  class Controller extends Base {
    readonly #name = 'Ada'
    readonly title = 'controller'
    assigned = async (text: string): Promise<string> => `${text} ${this.#name}`

    get loud(): boolean {
      return true
    }

    async greet(text: string): Promise<string> {
      return `${text} ${this.#name}`
    }

    @shout
    async once(text: string): Promise<string> {
      return text
    }

    static async made(text: string): Promise<string> {
      return text
    }

    static held = async (text: string): Promise<string> => text

    static get got(): (text: string) => Promise<string> {
      return async (text) => text
    }

    get another(): Controller {
      return new Controller()
    }

    accessor kept = async (text: string): Promise<string> => text
  }

  test('is the default of every method that has none of its own', async () => {
    const controller = new Controller()
    expect(await controller.greet('Hello')).toBe('Hello Ada!')
    expect(await controller.inherited('Hi')).toBe('Hi!')
    expect(await controller.assigned('Hey')).toBe('Hey Ada!')
    expect(await controller.once('Well')).toBe('Well!')
    expect([controller.title, controller.loud]).toEqual(['controller', true])
  })

  test('is the default of what the class itself has as well', async () => {
    expect(await Controller.made('Hello')).toBe('Hello!')
    expect(await Controller.held('Hello')).toBe('Hello!')
    expect(await Controller.got('Hello')).toBe('Hello!')
    expect(await new Controller().kept('Hello')).toBe('Hello!')
  })

  test('covers instances that the class makes of itself', async () => {
    expect(await new Controller().another.assigned('Hey')).toBe('Hey Ada!')
  })

  test('leaves what it extends as it is, and its instances what they are', async () => {
    expect(await new Base().inherited('Hi')).toBe('Hi')
    expect(new Controller()).toBeInstanceOf(Controller)
    expect(new Controller()).toBeInstanceOf(Base)
    expect(new Controller().constructor.name).toBe('Controller')
  })
})
