import type { Permission } from './permission.ts'

/** Everything that one set of roles grants, made ready to be asked. */
export class Grants {
  readonly #everything: boolean
  readonly #granted: ReadonlySet<string>
  readonly #wild: boolean
  readonly #nothing: boolean

  constructor(permissions: Iterable<string>) {
    this.#granted = new Set(permissions)
    this.#nothing = this.#granted.size === 0
    this.#everything = this.#granted.has('*:*')
    this.#wild = [...this.#granted].some((text) => text.includes('*'))
  }

  allows({ text, anyAction, anyResource }: Permission): boolean {
    if (this.#nothing) return false
    if (this.#everything || this.#granted.has(text)) return true
    return this.#wild && (this.#granted.has(anyAction) || this.#granted.has(anyResource))
  }
}
