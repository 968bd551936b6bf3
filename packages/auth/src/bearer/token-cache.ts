/** Enough of the signature to tell tokens apart; the whole text is compared before anything is believed. */
const TAIL = 12

/** What is remembered must name the text it was found for. */
export interface Remembered {
  readonly credential: string
}

/**
 * Remembers by the exact text of a credential, within bounds: two generations, of which the older is dropped when the
 * younger is full. What is asked for moves to the younger one. At most `maxEntries` entries and `maxCharacters`
 * characters of credentials are held.
 */
export class TokenCache<Entry extends Remembered> {
  readonly #maxEntries: number
  readonly #maxCharacters: number
  #young = new Map<string, Entry>()
  #old = new Map<string, Entry>()
  #characters = 0

  constructor(maxEntries: number, maxCharacters: number) {
    this.#maxEntries = maxEntries / 2
    this.#maxCharacters = maxCharacters / 2
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }

  holds(entry: Entry): boolean {
    const tail = entry.credential.slice(-TAIL)
    return this.#young.get(tail) === entry || this.#old.get(tail) === entry
  }

  get(credential: string): Entry | undefined {
    const tail = credential.slice(-TAIL)
    const entry = this.#young.get(tail)
    if (entry !== undefined) return entry.credential === credential ? entry : undefined
    const older = this.#old.get(tail)
    if (older === undefined || older.credential !== credential) return undefined
    this.#old.delete(tail)
    this.#remember(tail, older)
    return older
  }

  set(entry: Entry): void {
    this.#remember(entry.credential.slice(-TAIL), entry)
  }

  delete(entry: Entry): void {
    const tail = entry.credential.slice(-TAIL)
    if (this.#young.get(tail) === entry) {
      this.#young.delete(tail)
      this.#characters -= entry.credential.length
    } else if (this.#old.get(tail) === entry) this.#old.delete(tail)
  }

  #remember(tail: string, entry: Entry): void {
    const { length } = entry.credential
    if (this.#young.size + 1 > this.#maxEntries || this.#characters + length > this.#maxCharacters) {
      this.#old = this.#young
      this.#young = new Map()
      this.#characters = 0
    }
    const replaced = this.#young.get(tail)
    this.#characters += length - (replaced?.credential.length ?? 0)
    this.#young.set(tail, entry)
    this.#old.delete(tail)
  }
}
