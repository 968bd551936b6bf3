/** What was done to a log. */
export type FindingKind =
  /** A record was changed. */
  | 'altered'
  /** Records are missing, and others follow. */
  | 'dropped'
  /** A record stands there that was never written. */
  | 'inserted'
  /** A record is not where it was written. */
  | 'reordered'
  /** Records are missing at the end that a checkpoint vouches for. */
  | 'truncated'
  /** The chain holds, but it is not the one that was signed: records were replaced and everything after them made anew. */
  | 'rewritten'
  /** A checkpoint does not bear the signature it claims. */
  | 'checkpoint-altered'
  /** The first line of a segment does not say what is before it. */
  | 'header-altered'

export interface Finding {
  readonly kind: FindingKind
  /** The first bad record; of a checkpoint: how many records it claims to vouch for. */
  readonly seq: number
  /** The last bad record, where several are. */
  readonly through?: number
  /** Where, for people. */
  readonly detail: string
}
