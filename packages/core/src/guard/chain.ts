import type { RequestView } from '../request/request-view.ts'
import { judge } from '../run/judge.ts'
import { joinSlots } from '../state/slots.ts'
import type { Awaitable } from '../time/awaitable.ts'
import { mergeEffects } from './effects.ts'
import type { AnyGuard, Guard, Moment } from './guard.ts'
import type { Layer } from './layer.ts'
import type { Added, InOrder, Needed } from './order.ts'
import { type Combinator, combinator, type Manner, type Step, stepsOf } from './step.ts'
import { ALLOW, type Effects, type Verdict } from './verdict.ts'

/**
 * Guards in order, as one guard; the first that refuses or responds ends it. Later guards see what earlier ones added.
 * Chains within chains become one. The compiler refuses a guard that needs what only a later one adds.
 * Its layer is that of its guards where they agree, `custom` otherwise. The headers and hooks of every guard that ran
 * are carried out, also those before a refusal.
 */
export function chain<const Guards extends readonly AnyGuard[]>(
  ...guards: Guards & InOrder<Guards>
): Guard<Added<Guards>, Needed<Guards>> {
  const steps = stepsOf(guards as readonly AnyGuard[])
  const guard: Combinator = {
    name: `chain(${steps.map((step) => step.guard.name).join(', ')})`,
    layer: commonLayer(steps),
    reads: latestMoment(steps),
    check: (request, state, manner) => walk(steps, 0, request, state, manner, undefined, undefined),
  }
  return combinator(guard, steps) as Guard<Added<Guards>, Needed<Guards>>
}

function walk(
  steps: readonly Step[],
  from: number,
  request: RequestView,
  state: object,
  manner: Manner | undefined,
  added: object | undefined,
  effects: Effects | undefined,
): Awaitable<Verdict> {
  let seen = state
  let sum = added
  let carried = effects
  for (let index = from; index < steps.length; index++) {
    const verdict = judge(steps[index]!, request, seen, manner)
    if (verdict === ALLOW) continue
    if (verdict instanceof Promise) {
      const before = { seen, sum, carried }
      return verdict.then((settled) => {
        const merged = mergeEffects(before.carried, settled)
        if (settled.kind !== 'allow') return { ...settled, ...merged }
        return walk(
          steps,
          index + 1,
          request,
          joinSlots(before.seen, settled.state),
          manner,
          joinSlots(before.sum, settled.state),
          merged,
        )
      })
    }
    carried = mergeEffects(carried, verdict)
    if (verdict.kind !== 'allow') return { ...verdict, ...carried }
    if (verdict.state) {
      seen = joinSlots(seen, verdict.state)
      sum = joinSlots(sum, verdict.state)
    }
  }
  if (!sum && !carried) return ALLOW
  return { kind: 'allow', state: sum ?? {}, ...pickEffects(carried) }
}

function pickEffects(effects: Effects | undefined): Effects {
  return {
    headers: effects?.headers,
    append: effects?.append,
    remove: effects?.remove,
    beforeHeaders: effects?.beforeHeaders,
    afterResponse: effects?.afterResponse,
  }
}

export function commonLayer(steps: readonly Step[]): Layer {
  const [first, ...rest] = new Set(steps.map((step) => step.guard.layer))
  return first !== undefined && rest.length === 0 ? first : 'custom'
}

export function latestMoment(steps: readonly Step[]): Moment {
  const moments = steps.map((step) => step.guard.reads)
  return moments.includes('body') ? 'body' : moments.includes('route') ? 'route' : 'head'
}
