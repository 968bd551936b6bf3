import type { AfterResponse, AppendedHeaders, BeforeHeaders, Effects } from './verdict.ts'

/** Both verdicts' effects in one; where both set a header, the later one's value stands. */
export function mergeEffects(first: Effects | undefined, second: Effects): Effects {
  if (!first) return second
  return {
    headers:
      first.headers && second.headers ? { ...first.headers, ...second.headers } : (first.headers ?? second.headers),
    append: mergeAppended(first.append, second.append),
    remove: first.remove && second.remove ? [...first.remove, ...second.remove] : (first.remove ?? second.remove),
    beforeHeaders: bothBefore(first.beforeHeaders, second.beforeHeaders),
    afterResponse: bothAfter(first.afterResponse, second.afterResponse),
  }
}

function mergeAppended(
  first: AppendedHeaders | undefined,
  second: AppendedHeaders | undefined,
): AppendedHeaders | undefined {
  if (!first || !second) return first ?? second
  const merged: Record<string, readonly string[]> = {}
  for (const part of [first, second]) {
    for (const name in part) merged[name] = [...(merged[name] ?? []), ...[part[name]!].flat()]
  }
  return merged
}

function bothBefore(first: BeforeHeaders | undefined, second: BeforeHeaders | undefined): BeforeHeaders | undefined {
  if (!first || !second) return first ?? second
  return (status, elapsedMs) => ({ ...first(status, elapsedMs), ...second(status, elapsedMs) })
}

function bothAfter(first: AfterResponse | undefined, second: AfterResponse | undefined): AfterResponse | undefined {
  if (!first || !second) return first ?? second
  return async (outcome) => {
    const results = await Promise.allSettled([first, second].map(async (hook) => hook(outcome)))
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }
}
