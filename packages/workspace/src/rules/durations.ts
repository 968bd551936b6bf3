import type { TsType } from '@swc/core'

import type { House, Place } from '../house/house.ts'
import { exportedOptions, membersOf, nestedMembers, type OptionMember } from '../house/option-member.ts'
import type { Rule, Violation } from './rule.ts'

/** The name says what the number counts. */
const UNIT =
  /(?:Ms|Millis|Milliseconds|Seconds|Minutes|Hours|Days)$|^(?:ms|millis|milliseconds|seconds|minutes|hours|days)$/

/** The name says that it is a time. */
const TIME =
  /(?:^t|T)imeout$|(?:^m|M)axAge$|(?:^l|L)ifetime$|(?:^t|T)olerance$|(?:^s|S)taleness$|(?:^r|R)etention$|(?:^c|C)ooldown$|(?:^i|I)nterval$|(?:^d|D)elay$|Every$|^(?:within|window|idle|absolute|quiet|for)$/

export const durations: Rule = {
  name: 'durations',
  because:
    'A number does not say its unit, and 30 where 30 000 was meant is a hole that nobody sees. A duration is text, ' +
    "`'30s'`, typed Duration, and its name has no unit.",
  check(home, house) {
    const found = new Map<string, Violation>()
    const see = (member: OptionMember, above: string): void => {
      const { name, of, file } = member
      const place = `${file.path}:${member.line} ${name}`
      if (member.home !== home || found.has(place)) return
      const fault = faultOf(member, house)
      const says = fault === undefined ? '' : `"${above}${name}" of ${of} ${fault}`
      found.set(place, { file: file.path, line: member.line, says })
      for (const within of nestedMembers(member, house)) see(within, `${name}.`)
    }
    for (const options of exportedOptions(home, house)) {
      for (const member of membersOf(options, house)) see(member, '')
    }
    return [...found.values()].filter(({ says }) => says !== '')
  },
}

function faultOf(member: OptionMember, house: House): string | undefined {
  if (UNIT.test(member.name)) return 'has a unit in its name'
  return TIME.test(member.name) && takesNumber(member.type, member, house) ? 'is a number' : undefined
}

function takesNumber(type: TsType | undefined, place: Place, house: House): boolean {
  if (type?.type === 'TsUnionType') return type.types.some((part) => takesNumber(part, place, house))
  if (type?.type === 'TsKeywordType') return type.kind === 'number'
  if (type?.type !== 'TsTypeReference' || type.typeName.type !== 'Identifier') return false
  const found = house.lookUp(place, type.typeName.value)
  return (found?.declared ?? []).some(
    ({ declaration }) =>
      declaration.type === 'TsTypeAliasDeclaration' && takesNumber(declaration.typeAnnotation, found!, house),
  )
}
