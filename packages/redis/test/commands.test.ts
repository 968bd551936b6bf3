import { expect, test } from '@jest/globals'

import { commandsOf } from '../src/commands.ts'
import { scriptOf } from '../src/script.ts'
import { onEveryClient } from './support/clients.ts'

const SET = scriptOf(`return redis.call('SET', KEYS[1], ARGV[1])`)

onEveryClient((clients) => {
  test('a script that the server does not know is sent whole, once', async () => {
    const { one, plain } = clients()
    const { run, send } = commandsOf(one)
    await plain.script('FLUSH')
    expect(await run(SET, ['{a}b'], [1])).toBe('OK')
    expect(await run(SET, ['{a}b'], [2.5])).toBe('OK')
    expect(await send('{a}b', 'get', '{a}b')).toBe('2.5')
    const stats = await plain.info('commandstats')
    expect(stats).toMatch(/cmdstat_eval:/)
    expect(stats).toMatch(/cmdstat_evalsha:/)
  })

  test('any other failure of a script is passed on', async () => {
    const { run } = commandsOf(clients().one)
    await expect(run(scriptOf(`return redis.error_reply('NOTNOW')`), ['a'], [])).rejects.toThrow('NOTNOW')
  })
})
