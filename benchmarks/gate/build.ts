import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { endOnLeaving, onLeaving } from './leaving.ts'

/** A commit's compiled benchmarks. */
export interface Build {
  readonly name: string
  /** The URL of its `benchmarks/dist/`. */
  readonly folder: URL
}

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** What `npm run bench` has just built. */
export const present: Build = { name: 'present', folder: new URL('../', import.meta.url) }

/** The short hash of what the text names, or undefined when it names no commit. */
export function commitOf(text: string): string | undefined {
  const { status, stdout } = git('rev-parse', '--verify', '--quiet', '--short', '--end-of-options', `${text}^{commit}`)
  return status === 0 ? stdout.trim() : undefined
}

/** Checks a commit out into a temporary folder and builds it there as its own `prebench` script does. */
export async function buildOf(commit: string): Promise<Build> {
  const temporary = mkdtempSync(join(tmpdir(), 'ashlar-gate-'))
  const checkout = join(temporary, 'checkout')
  onLeaving(() => {
    git('worktree', 'remove', '--force', '--force', checkout)
    rmSync(temporary, { recursive: true, force: true })
  })
  const added = git('worktree', 'add', '--quiet', '--detach', checkout, commit)
  if (added.status !== 0) throw new Error(`git worktree add: ${added.stderr.trim()}`)
  const script = spawn('npm', ['run', '--silent', 'prebench'], {
    cwd: checkout,
    detached: true,
    stdio: ['ignore', 2, 2],
  })
  const [code] = (await once(endOnLeaving(script, true), 'exit')) as [number | null]
  if (code !== 0)
    throw new Error(`The benchmarks of ${commit} could not be built; "npm run prebench" ended with ${code}.`)
  return { name: commit, folder: pathToFileURL(join(checkout, 'benchmarks', 'dist', '/')) }
}

function git(...words: string[]) {
  const { status, stdout, stderr } = spawnSync('git', words, { cwd: root, encoding: 'utf8' })
  return { status, stdout, stderr }
}
