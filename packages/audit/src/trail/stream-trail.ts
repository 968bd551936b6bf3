import { randomUUID } from 'node:crypto'
import type { Writable } from 'node:stream'

import { ConfigurationError, UnavailableError } from '@ashlar/core'

import { MerkleTree } from '../merkle/merkle-tree.ts'
import { extend } from './chain.ts'
import { GroupCommit, type Pending } from './group-commit.ts'
import {
  checkTrailOptions,
  intendTo,
  Recorder,
  type RecorderOptions,
  type RecordStorage,
  recordTo,
} from './recorder.ts'
import { genesisOf } from './segment-header.ts'
import type { Trail } from './trail.ts'

export interface StreamTrailOptions extends RecorderOptions {
  /** Where to: `process.stdout`. */
  readonly stream: Writable
  /** How many records may wait for the stream; more are refused. Default 10 000. */
  readonly maxPending?: number
}

/**
 * A trail of JSON lines on a stream, for a collector to keep. Lines are chained, so that the collector's copy proves itself
 * from the first line of this process on; they are as durable as the collector makes them, and nothing is signed.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`
 */
export function streamTrail(options: StreamTrailOptions): Trail {
  const where = 'streamTrail()'
  checkTrailOptions(where, options, ['stream', 'maxPending'])
  const { stream, maxPending = 10_000 } = options
  if (typeof stream?.write !== 'function') {
    throw new ConfigurationError('ERR_OPTION_MISSING', `${where}: "stream" is required, such as process.stdout.`)
  }
  const log = `stream/${randomUUID()}`
  const recorder = new Recorder(where, options)
  let head = { prev: genesisOf(log), tree: new MerkleTree() }
  const commit = new GroupCommit({
    async write(batch: readonly Pending[]) {
      const extension = extend(
        head,
        batch.map(({ body }) => body),
      )
      await new Promise<void>((resolve, reject) => {
        stream.write(extension.text, (error) =>
          error ? reject(new UnavailableError('The audit stream failed.', { cause: error })) : resolve(),
        )
      })
      head = extension.head
      return extension.first
    },
    settled: async () => {},
    maxPending,
    maxBatch: 1000,
  })
  const storage: RecordStorage = { log, add: (pending) => commit.add(pending) }
  return {
    record: (event) => recordTo(storage, recorder, event),
    intend: (event) => intendTo(storage, recorder, event),
    close: () => commit.close(),
  }
}
