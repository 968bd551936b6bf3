import { afterEach, expect, jest, test } from '@jest/globals'

import { main } from '../src/index.ts'

afterEach(() => {
  jest.restoreAllMocks()
})

async function ashlar(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const code = await main(args, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  })
  return { code, out, err }
}

test.each([[[]], [['explode']], [['audit']], [['audit', 'explode']], [['toString']], [['audit', 'constructor']]])(
  '%j is no command: what there is is said',
  async (args) => {
    const { code, out, err } = await ashlar(...args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('ashlar audit verify FOLDER')
  },
)

test('of a known group only its commands are shown', async () => {
  expect((await ashlar('policy', 'guess')).err).toContain('ashlar policy check RULES.json')
  expect((await ashlar('policy', 'guess')).err).not.toContain('ashlar audit')
})

test.each([
  [['--help'], 'ashlar policy check'],
  [['audit', '--help'], 'ashlar audit erase'],
  [['audit', 'verify', '--help'], 'ashlar audit verify FOLDER'],
  [['audit', 'verify', 'folder', '--key', 'x', '--help'], 'ashlar audit verify FOLDER'],
])('%j is answered, and is no failure', async (args, says) => {
  expect(await ashlar(...args)).toMatchObject({ code: 0, out: expect.stringContaining(says), err: '' })
})

test('a wrong option is named, with how it is meant', async () => {
  const { code, err } = await ashlar('audit', 'verify', 'folder', '--kee', 'x')
  expect(code).toBe(2)
  expect(err).toContain("Unknown option '--kee'")
  expect(err).toContain('Usage: ashlar audit verify FOLDER')
})

test('without a terminal it writes to those of the process', async () => {
  const written = jest.spyOn(process.stderr, 'write').mockImplementation(() => true)
  expect(await main(['audit'])).toBe(2)
  expect(written).toHaveBeenCalledWith(expect.stringContaining('ashlar audit verify FOLDER'))
})
