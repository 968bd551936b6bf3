import type { ParsedLine } from '../trail/line.ts'
import type { Finding } from './finding.ts'

/** Records that were passed over, and how many of them turned up later. */
interface Gap {
  readonly from: number
  readonly to: number
  readonly found: Set<number>
  readonly where: string
}

/** A record that fits neither what is before it; only its successor tells which of the two was changed. */
interface Suspect {
  readonly seq: number
  readonly hash: string
  readonly where: string
}

/**
 * Follows the chain record by record and says what was done where it breaks. Each line proves itself by its hash, its
 * place by its number, and its predecessor by that one's hash; which of the three fails tells the manipulations apart.
 */
export class ChainWalk {
  readonly #findings: Finding[] = []
  readonly #gaps: Gap[] = []
  #next: number
  /** What the next record may name as its predecessor; several after an insertion, when either may be the real one. */
  #prevs: readonly string[]
  /** Lines since the last good record that prove nothing. */
  #broken: string[] = []
  #suspect: Suspect | undefined = undefined

  constructor(first: number, prev: string) {
    this.#next = first
    this.#prevs = [prev]
  }

  /** The sequence number that the next record should have. */
  get next(): number {
    return this.#next
  }

  get intact(): boolean {
    return this.#findings.length === 0 && this.#gaps.length === 0 && this.#broken.length === 0 && !this.#suspect
  }

  /** Lines at the end that prove nothing. */
  get brokenAtEnd(): number {
    return this.#broken.length
  }

  take(line: ParsedLine | undefined, where: string): void {
    if (!line || line.computed !== line.claimed) {
      this.#broken.push(where)
      return
    }
    if (this.#suspect) this.#resolve(line)
    if (line.seq === this.#next) this.#expected(line, where)
    else if (line.seq > this.#next) this.#ahead(line, where)
    else this.#behind(line, where)
    this.#broken = []
  }

  /** A segment starts at another record than the last one ended before. */
  jump(first: number, prev: string, where: string): void {
    if (first === this.#next) return
    if (first > this.#next) this.#skipTo(first, where)
    this.#broken = []
    this.#next = first
    this.#prevs = [prev]
  }

  /**
   * @param vouched how many records a checkpoint vouches for
   * @param torn the log's last line is not whole, as after a crash
   */
  end(vouched: number, torn: boolean): Finding[] {
    if (this.#suspect) this.#altered(this.#suspect.seq - 1, this.#suspect.where)
    this.#endBroken(vouched, torn)
    for (const gap of this.#gaps) this.#closeGap(gap)
    if (vouched >= this.#next) {
      this.#findings.push({
        kind: 'truncated',
        seq: this.#next,
        through: vouched,
        detail: `the log ends at record ${this.#next - 1}, and a checkpoint vouches for ${vouched}`,
      })
    }
    return this.#findings.sort((a, b) => a.seq - b.seq)
  }

  #expected(line: ParsedLine, where: string): void {
    if (this.#broken.length > 0) this.#inserted(line.seq, this.#broken[0]!)
    else if (!this.#prevs.includes(line.prev)) this.#suspect = { seq: line.seq, hash: line.claimed, where }
    this.#advance(line)
  }

  #ahead(line: ParsedLine, where: string): void {
    const missing = line.seq - this.#next
    // A broken line stands where a missing record should be: that record was changed.
    const altered = Math.min(missing, this.#broken.length)
    for (let index = 0; index < altered; index++) this.#altered(this.#next + index, this.#broken[index]!)
    if (missing > altered) {
      this.#next += altered
      this.#skipTo(line.seq, where)
    }
    this.#advance(line)
  }

  #behind(line: ParsedLine, where: string): void {
    if (this.#broken.length > 0) this.#inserted(line.seq, this.#broken[0]!)
    const gap = this.#gaps.find(({ from, to, found }) => line.seq >= from && line.seq <= to && !found.has(line.seq))
    if (gap) {
      gap.found.add(line.seq)
      return
    }
    this.#inserted(line.seq, where)
    if (line.seq === this.#next - 1) this.#prevs = [...this.#prevs, line.claimed]
  }

  #advance(line: ParsedLine): void {
    this.#next = line.seq + 1
    this.#prevs = [line.claimed]
  }

  #skipTo(first: number, where: string): void {
    this.#gaps.push({ from: this.#next, to: first - 1, found: new Set(), where })
  }

  /** The suspect is right when its successor names it; then the record before it was changed. */
  #resolve(successor: ParsedLine): void {
    const { seq, hash, where } = this.#suspect!
    const ownFault = successor.seq === seq + 1 && successor.prev !== hash
    this.#altered(ownFault ? seq : seq - 1, where)
    if (ownFault) this.#prevs = [successor.prev]
    this.#suspect = undefined
  }

  #endBroken(vouched: number, torn: boolean): void {
    const broken = torn ? this.#broken.slice(0, -1) : this.#broken
    for (const where of broken) {
      if (this.#next <= vouched) {
        this.#altered(this.#next, where)
        this.#next++
      } else {
        this.#inserted(this.#next, where)
      }
    }
  }

  #closeGap({ from, to, found, where }: Gap): void {
    const there = [...found].sort((a, b) => a - b)
    const [first] = there
    if (first !== undefined) {
      this.#findings.push({
        kind: 'reordered',
        seq: first,
        detail: `${where}: record ${first} stands behind a later one`,
      })
    }
    // From one that is there to the next, since nobody says how many are missing between.
    let start = from
    for (const seq of [...there, to + 1]) {
      if (seq > start) this.#dropped(start, seq - 1, where)
      start = seq + 1
    }
  }

  #dropped(seq: number, through: number, where: string): void {
    this.#findings.push({
      kind: 'dropped',
      seq,
      ...(through > seq && { through }),
      detail: `${where}: ${through - seq + 1} record(s) missing before this place`,
    })
  }

  #altered(seq: number, where: string): void {
    this.#findings.push({ kind: 'altered', seq, detail: `${where}: the record's content does not have its hash` })
  }

  #inserted(seq: number, where: string): void {
    this.#findings.push({ kind: 'inserted', seq, detail: `${where}: a line that the chain does not know` })
  }
}
