/**
 * The parts of `@electric-sql/pglite` that are used. Its own types need those of browsers, which an app's compiler may not have.
 */
export interface PGliteDatabase {
  exec(sql: string): Promise<readonly { readonly rows: readonly Readonly<Record<string, unknown>>[] }[]>
  /** Messages of the wire protocol, and what a server answers. */
  execProtocolRawSync(bytes: Uint8Array): Uint8Array
  close(): Promise<void>
}

export interface PGliteModule {
  readonly PGlite: {
    readonly defaultStartParams: readonly string[]
    create(options: {
      readonly dataDir?: string
      readonly fs?: unknown
      readonly startParams?: readonly string[]
    }): Promise<PGliteDatabase>
  }
}

/** How Emscripten's module is started. */
export interface EmscriptenOptions {
  readonly preRun?: readonly ((module: EmscriptenModule) => void)[]
}

export interface EmscriptenModule {
  readonly NODEFS?: {
    readonly stream_ops: { fsync?: (stream: { readonly nfd: number }) => number }
    /** Turns errors of node into those of Emscripten. */
    tryFSOperation<Result>(operation: () => Result): Result
  }
}

/** A folder of the machine, as PGlite mounts it. */
export interface NodeFiles {
  init(database: unknown, options: unknown): Promise<{ readonly emscriptenOpts: EmscriptenOptions }>
}

export interface NodeFilesModule {
  readonly NodeFS: new (folder: string) => NodeFiles
}

// As a variable, so that no compiler looks for its types.
const NAME: string = '@electric-sql/pglite'

export async function pglite(): Promise<PGliteModule> {
  return (await import(NAME)) as PGliteModule
}

export async function nodeFiles(): Promise<NodeFilesModule> {
  return (await import(`${NAME}/nodefs`)) as NodeFilesModule
}
