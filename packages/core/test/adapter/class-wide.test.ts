import { describe, expect, test } from '@jest/globals'

import { type AnyMethod, methodDecorator } from '../../src/adapter.ts'
import { type AnyClass, heard, KINDS, type Kind } from './members.ts'

const mark = (sign: string) =>
  methodDecorator<AnyMethod>(
    (method) =>
      async function (this: unknown, ...values: unknown[]) {
        return `${String(await method.apply(this, values))}${sign}`
      },
  )
const shout = mark('!')
const ask = mark('?')
const error = expect.objectContaining({ name: 'ConfigurationError', code: 'ERR_DECORATOR_TARGET' })

/** Both ways in which a decorator of a class is called, with the initializers that the language runs afterwards. */
const modes: Readonly<Record<string, (made: AnyClass, decorator?: typeof shout) => AnyClass>> = {
  experimentalDecorators: (made, decorator = shout) => decorator(made as never),
  'the standard': (made, decorator = shout) => {
    const initializers: ((this: unknown) => void)[] = []
    const context = { kind: 'class', name: made.name, addInitializer: (run: () => void) => initializers.push(run) }
    const result = decorator(made as never, context as never) as AnyClass
    for (const run of initializers) run.call(result)
    return result
  },
}

/** Where the decorated class has a member from. */
const sources: Readonly<Record<string, (kind: Kind, decorate: (made: AnyClass) => AnyClass) => AnyClass>> = {
  own: (kind, decorate) => decorate(kind.make('said')),
  inherited: (kind, decorate) => decorate(class extends kind.make('said') {}),
  'inherited from afar': (kind, decorate) => decorate(class extends class extends kind.make('said') {} {}),
  overriding: (kind, decorate) => decorate(kind.make('said', kind.make('base'))),
  'of a decorated heir': (kind, decorate) => decorate(kind.make('said', decorate(class {}))),
  'inherited from a decorated class that the heir is as well': (kind, decorate) =>
    decorate(class extends decorate(kind.make('said')) {}),
}

for (const [mode, decorate] of Object.entries(modes)) {
  describe(`a decorator of a class, by ${mode}, covers`, () => {
    for (const [what, kind] of Object.entries(KINDS)) {
      test.each(Object.keys(sources))(`${what}, %s`, async (source) => {
        const made = sources[source]!(kind, decorate)
        expect(await heard(kind, made)).toBe('said!')
        // Whatever is read twice is covered once.
        expect(await heard(kind, made)).toBe('said!')
      })

      if (kind.add) {
        test(`${what} that is added later`, async () => {
          const made = decorate(class {})
          kind.add!(kind.place === 'class' ? made : made.prototype, 'said')
          expect(await heard(kind, made)).toBe('said!')
        })

        test(`${what} that is added to what it extends`, async () => {
          class Base {}
          const made = decorate(class extends Base {})
          kind.add!(kind.place === 'class' ? Base : Base.prototype, 'said')
          new made()
          expect(await heard(kind, made)).toBe('said!')
        })

        if (kind.place === 'instance') {
          test(`no ${what.replace(/^an? /, '')} that is added once there is an instance, since nothing can be`, () => {
            const made = decorate(class {})
            new made()
            expect(() => kind.add!(made.prototype, 'said')).toThrow(TypeError)
          })
        }
      }

      test(`${what} of an heir, which has to have a decorator of its own`, async () => {
        const base = decorate(class {})
        for (const heir of [kind.make('said', base), class extends decorate(kind.make('said')) {}]) {
          expect(() => new heir()).toThrow(error)
        }
        const other = decorate(kind.make('said', base), ask)
        expect(await heard(kind, other)).toBe('said?')
        const both = decorate(class extends decorate(kind.make('said')) {}, ask)
        expect(await heard(kind, both)).toBe('said!?')
      })

      test(`${what} by all decorators that the class has, the outermost first`, async () => {
        const made = decorate(decorate(kind.make('said')), ask)
        expect(await heard(kind, made)).toBe('said!?')
      })
    }

    test('a method that is frozen is refused', () => {
      const frozen = class {
        show(): void {}
      }
      Object.freeze(frozen.prototype)
      expect(() => decorate(frozen)).toThrow(error)
      const frozenClass = KINDS['a static method']!.make('said')
      Object.freeze(frozenClass)
      expect(() => decorate(frozenClass)).toThrow(error)
      const frozenInstance = decorate(
        class {
          show = (): void => undefined
          constructor() {
            Object.freeze(this)
          }
        },
      )
      expect(() => new frozenInstance()).toThrow(error)
    })

    test('an object of another kind that the constructor answers is refused', () => {
      const made = decorate(
        class {
          constructor() {
            // biome-ignore lint/correctness/noConstructorReturn: what is refused
            return { show: () => 'open' }
          }
        },
      )
      expect(() => new made()).toThrow(error)
    })

    test('classes, values and what the language calls stay as they are', () => {
      class Held {}
      const made = decorate(
        class {
          model = Held
          title = 'title'
          nothing = undefined
          get size(): number {
            return 7
          }
          *[Symbol.iterator](): Generator<number> {
            yield 1
          }
          static readonly model = Held
        },
      ) as unknown as (new () => { model: unknown; title: string; size: number } & Iterable<number>) & {
        model: unknown
      }
      const instance = new made()
      expect([instance.model, made.model, instance.title, instance.size, ...instance]).toEqual([
        Held,
        Held,
        'title',
        7,
        1,
      ])
      expect(new (instance.model as typeof Held)()).toBeInstanceOf(Held)
    })

    test('what an instance says it was made by makes covered ones', async () => {
      const kind = KINDS['a function in a field']!
      const made = decorate(kind.make('said'))
      const again = new made().constructor as AnyClass
      expect(again).toBe(made)
      expect(await heard(kind, again)).toBe('said!')
    })

    test('what it extends stays as it is', async () => {
      for (const kind of Object.values(KINDS)) {
        const base = kind.make('said')
        decorate(class extends base {})
        expect(await heard(kind, base)).toBe('said')
      }
    })

    test('a bound function is covered once, however often it is bound', async () => {
      const made = decorate(
        class {
          show(): string {
            return 'said'
          }
          again = this.show.bind(this).bind(this)
        },
      ) as new () => { again(): Promise<string> }
      expect(await new made().again()).toBe('said!')
    })
  })
}
