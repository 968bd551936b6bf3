import { randomUUID } from 'node:crypto'
import type { Writable } from 'node:stream'

import { UnavailableError } from '@ashlar/core'
import { having, onError, readOptions, wholeNumber } from '@ashlar/core/options'
import { closeable } from '@ashlar/core/time'

import { MerkleTree } from '../merkle/merkle-tree.ts'
import { type ChainHead, extend } from './chain.ts'
import { GroupCommit, type Pending } from './group-commit.ts'
import { intendTo, type RecordStorage, recordTo } from './record-storage.ts'
import { Recorder, type RecorderOptions, recorderOptions } from './recorder.ts'
import { genesisOf } from './segment-header.ts'
import type { Trail } from './trail.ts'

export interface StreamTrailOptions extends RecorderOptions {
  /** Where to: `process.stdout`. Closing the trail does not end it. */
  readonly stream: Writable
  /** How many records may wait for the stream; more are refused. Default 10 000. */
  readonly maxPending?: number
  /** Told when the stream itself fails. Default: a process warning. */
  readonly onError?: (error: unknown) => unknown
}

/**
 * A trail of JSON lines on a stream, for a collector to keep. Lines are chained, so that the collector's copy proves itself
 * from the first line of this process on; they are as durable as the collector makes them, and nothing is signed.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * const trail = streamTrail({ stream: process.stdout, service: 'orders' })
 * await trail.record({ name: 'config_changed', outcome: 'success' })
 */
export function streamTrail(options: StreamTrailOptions): Trail {
  const settings = readOptions('streamTrail()', options, {
    ...recorderOptions,
    stream: having<Writable>(['write', 'on', 'off'], 'process.stdout'),
    maxPending: wholeNumber({ min: 1, fallback: 10_000 }),
    onError,
  })
  const { stream } = settings
  const log = `stream/${randomUUID()}`
  const recorder = new Recorder(settings)
  let head: ChainHead = { prev: genesisOf(log), tree: new MerkleTree() }
  const commit = new GroupCommit({
    log,
    async write(batch: readonly Pending[]) {
      const extension = extend(
        head,
        batch.map(({ body }) => body),
      )
      await written(stream, extension.text)
      head = extension.head
      return extension.first
    },
    settled: async () => {},
    maxPending: settings.maxPending,
  })
  const storage: RecordStorage = { log, add: (pending) => commit.add(pending) }
  // A stream that fails with nobody listening, such as a closed standard output, would end the process.
  stream.on('error', settings.onError)
  return Object.freeze<Trail>({
    record: (event) => recordTo(storage, recorder, event),
    intend: (event) => intendTo(storage, recorder, event),
    ...closeable(async () => {
      await commit.close()
      stream.off('error', settings.onError)
    }),
  })
}

function written(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown): void => reject(new UnavailableError('The audit stream failed.', { cause }))
    try {
      stream.write(text, (error) => (error ? failed(error) : resolve()))
    } catch (error) {
      failed(error)
    }
  })
}
