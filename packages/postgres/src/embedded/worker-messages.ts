import type { MessagePort } from 'node:worker_threads'

import type { SessionOptions } from './open-session.ts'

/** What a worker is started for. */
export type WorkerTask =
  /** Makes the files of a database in this folder, and ends. */
  | { readonly make: string }
  /** Lends a database. */
  | { readonly open: SessionOptions; readonly limitMs: number }

export type ToWorker =
  /** The server's end of a new connection. */
  { readonly connect: MessagePort } | { readonly close: true }

export type FromWorker =
  /** What it was asked last: it is open, made or closed. */
  | { readonly done: true }
  /** It can't, or not any more, and ends. */
  | { readonly failed: string }
