import type { ContractRunner } from '../contract/contract-runner.ts'
import type { Awaitable } from '../time/awaitable.ts'
import { type SubjectKeys, sealFor, unsealFor } from './subject-keys.ts'

/**
 * What every store of subject keys must do, as tests.
 * @param open makes a store in which nothing is kept yet, for each test
 * @example
 * subjectKeysContract({ describe, test, expect }, () => memorySubjectKeys())
 */
export function subjectKeysContract(
  { describe, test, expect }: ContractRunner,
  open: () => Awaitable<SubjectKeys>,
): void {
  const fails = async (question: () => unknown): Promise<boolean> => {
    try {
      await question()
      return false
    } catch {
      return true
    }
  }

  describe('keys of data subjects', () => {
    test('a pseudonym stands for one subject, and does not show it', async () => {
      const keys = await open()
      expect(keys.pseudonym('ada')).toBe(keys.pseudonym('ada'))
      expect(keys.pseudonym('ada') === keys.pseudonym('bob')).toBe(false)
      expect(/^[A-Za-z0-9_-]{22,64}$/.test(keys.pseudonym('ada'))).toBe(true)
      expect(keys.pseudonym('ada').includes('ada')).toBe(false)
    })

    test('a subject keeps its key of 32 bytes, and has it alone', async () => {
      const keys = await open()
      const [ada, bob] = [keys.pseudonym('ada'), keys.pseudonym('bob')]
      const [one, again] = await Promise.all([keys.keyFor(ada), keys.keyFor(ada)])
      expect(one.symmetricKeySize).toBe(32)
      expect(one.equals(again)).toBe(true)
      expect(one.equals(await keys.keyFor(bob))).toBe(false)
      expect((await keys.find(ada))?.equals(one)).toBe(true)
    })

    test('who was never written about has no key, and looking makes none', async () => {
      const keys = await open()
      const ada = keys.pseudonym('ada')
      expect(await keys.find(ada)).toBe(undefined)
      expect(await keys.find(ada)).toBe(undefined)
      expect(await keys.shred(ada)).toBe(false)
    })

    test('what was sealed opens until its key is shredded, and never again', async () => {
      const keys = await open()
      const [ada, bob] = [await sealFor(keys, 'ada', 'Zürich 🗝'), await sealFor(keys, 'bob', 'Rome')]
      expect(await unsealFor(keys, ada)).toBe('Zürich 🗝')
      expect(await keys.shred(ada.subject)).toBe(true)
      expect(await keys.shred(ada.subject)).toBe(false)
      expect(await unsealFor(keys, ada)).toBe(undefined)
      expect(await unsealFor(keys, bob)).toBe('Rome')

      const anew = await sealFor(keys, 'ada', 'Basel')
      expect(anew.subject).toBe(ada.subject)
      expect(await unsealFor(keys, anew)).toBe('Basel')
      expect(await fails(() => unsealFor(keys, ada))).toBe(true)
    })

    test('what was changed, or is given out as another subject’s, is an error and not a text', async () => {
      const keys = await open()
      const [ada, bob] = [await sealFor(keys, 'ada', 'Bern'), await sealFor(keys, 'bob', 'Rome')]
      const first = ada.data.startsWith('A') ? 'B' : 'A'
      expect(await fails(() => unsealFor(keys, { ...ada, data: `${first}${ada.data.slice(1)}` }))).toBe(true)
      expect(await fails(() => unsealFor(keys, { ...ada, data: '' }))).toBe(true)
      expect(await fails(() => unsealFor(keys, { ...ada, subject: bob.subject }))).toBe(true)
    })
  })
}
