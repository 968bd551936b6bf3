import fs from 'node:fs'
import { join } from 'node:path'

import type { Session } from './engine.ts'
import { type EmscriptenModule, type NodeFiles, nodeFiles, type PGliteDatabase, pglite } from './pglite.ts'

export interface SessionOptions {
  /** Of a database that is there already, or `undefined` for one in memory. */
  readonly folder: string | undefined
  /** Whether what is acknowledged is on the disk. */
  readonly durable: boolean
}

/** Its own default is a cache of 160 MB, in memory that is never given back. */
const SMALL = 'shared_buffers=8MB'
/** Of the ways to sync the log the one that Emscripten hands on. */
const SYNCED = 'wal_sync_method=fsync'
const WITHOUT_FSYNC = '-F'

/**
 * Opens PGlite, which syncs nothing by itself, so that it syncs what PostgreSQL wants synced; and makes sure that it does.
 * @throws Error where the database can't be opened, or PGlite is one that can't be made to sync
 */
export async function openSession({ folder, durable }: SessionOptions): Promise<Session> {
  const { PGlite } = await pglite()
  const counted = { syncs: 0 }
  const syncs = durable && folder !== undefined
  const flags = PGlite.defaultStartParams.filter((flag) => !syncs || flag !== WITHOUT_FSYNC)
  const startParams = [...flags, ...(syncs ? [SMALL, SYNCED] : [SMALL]).flatMap((setting) => ['-c', setting])]
  const database = await (folder === undefined
    ? PGlite.create({ startParams })
    : PGlite.create({ startParams, fs: await filesIn(folder, syncs ? counted : undefined) }))
  if (syncs) await checkSyncs(database, counted)
  const [version] = await database.exec('SHOW server_version')
  return {
    ask: (bytes) => database.execProtocolRawSync(bytes),
    close: () => database.close(),
    serverVersion: String(version!.rows[0]!['server_version']),
  }
}

/** Emscripten's file system for node has everything but the operation that syncs. */
async function filesIn(folder: string, counted: { syncs: number } | undefined): Promise<NodeFiles> {
  const { NodeFS } = await nodeFiles()
  if (!counted) return new NodeFS(folder)
  return new (class extends NodeFS {
    override async init(...given: Parameters<NodeFiles['init']>): ReturnType<NodeFiles['init']> {
      const { emscriptenOpts } = await super.init(...given)
      const preRun = [...(emscriptenOpts.preRun ?? []), (module: EmscriptenModule) => addSync(module, counted)]
      return { emscriptenOpts: { ...emscriptenOpts, preRun } }
    }
  })(folder)
}

function addSync({ NODEFS }: EmscriptenModule, counted: { syncs: number }): void {
  if (!NODEFS) return
  NODEFS.stream_ops.fsync = ({ nfd }) => {
    NODEFS.tryFSOperation(() => fs.fsyncSync(nfd))
    counted.syncs++
    return 0
  }
}

/**
 * A commit and a checkpoint, which must both sync: a later version of PGlite may have changed what is reached into.
 * @throws Error where they don't
 */
export async function checkSyncs(database: Pick<PGliteDatabase, 'exec'>, counted: { syncs: number }): Promise<void> {
  for (const statement of ["SELECT pg_logical_emit_message(true, 'ashlar', '')", 'CHECKPOINT']) {
    const before = counted.syncs
    await database.exec(statement)
    if (counted.syncs > before) continue
    throw new Error('This version of @electric-sql/pglite can’t be made to write to the disk what it acknowledges.')
  }
}

/** Makes the files of a new database in a folder that does not exist yet. All of it is on the disk afterwards. */
export async function makeDatabase(folder: string): Promise<void> {
  const { PGlite } = await pglite()
  await (await PGlite.create({ dataDir: folder })).close()
  syncAll(folder)
}

function syncAll(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) syncAll(path)
    else if (entry.isFile()) syncOne(path)
  }
  syncOne(folder)
}

/** A file, or which files are in a folder. */
export function syncOne(path: string): void {
  const opened = fs.openSync(path, 'r')
  try {
    fs.fsyncSync(opened)
  } finally {
    fs.closeSync(opened)
  }
}
