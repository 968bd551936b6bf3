import type { TsEntityName, TsType, TsTypeElement } from '@swc/core'

import type { Found, House, Place } from './house.ts'
import type { HousePackage } from './house-package.ts'
import { syntaxNodes } from './syntax-node.ts'

/** A member of an options interface, its own or one that it inherits. */
export interface OptionMember extends Place {
  readonly name: string
  readonly optional: boolean
  readonly type: TsType | undefined
  readonly line: number
  /** The interface in which it is written. */
  readonly of: string
}

/** What is named …Options and exported from an entry of the package, or taken by a function that is. */
export function exportedOptions(home: HousePackage, house: House): readonly Found[] {
  const exported = house.exportsOf(home)
  const found = new Map(
    [...exported, ...exported.flatMap((target) => taken(target, house))].map((of) => [of.declared, of]),
  )
  return [...found.values()].filter((of) => of.home === home && of.name.endsWith('Options') && of.declared.some(isType))
}

function taken(target: Found, house: House): readonly Found[] {
  return target.declared.flatMap(({ declaration }) =>
    declaration.type === 'FunctionDeclaration'
      ? syntaxNodes(declaration.params).flatMap((node) => {
          const found = node.type === 'TsTypeReference' && house.lookUp(target, simpleName(node.typeName))
          return found ? [found] : []
        })
      : [],
  )
}

function isType({ declaration: { type } }: Found['declared'][number]): boolean {
  return type === 'TsInterfaceDeclaration' || type === 'TsTypeAliasDeclaration'
}

/** Its members, through `extends`, `&` and `|`, `Pick` and `Omit`; those that no caller can give (`never`) left out. */
export function membersOf(found: Found, house: House): readonly OptionMember[] {
  const { home, file, name } = found
  const place = { home, file }
  return found.declared.flatMap(({ declaration }) => {
    if (declaration.type === 'TsTypeAliasDeclaration')
      return membersOfType(declaration.typeAnnotation, place, name, house)
    if (declaration.type !== 'TsInterfaceDeclaration') return []
    const inherited = declaration.extends.flatMap(({ expression, typeArguments }) =>
      expression.type === 'Identifier' ? named(expression.value, typeArguments?.params ?? [], place, name, house) : [],
    )
    return [...declaration.body.body.flatMap((element) => member(element, place, name)), ...inherited]
  })
}

function membersOfType(type: TsType, place: Place, of: string, house: House): readonly OptionMember[] {
  switch (type.type) {
    case 'TsTypeLiteral':
      return type.members.flatMap((element) => member(element, place, of))
    case 'TsIntersectionType':
    case 'TsUnionType':
      return type.types.flatMap((part) => membersOfType(part, place, of, house))
    case 'TsParenthesizedType':
      return membersOfType(type.typeAnnotation, place, of, house)
    case 'TsTypeReference':
      return named(simpleName(type.typeName), type.typeParams?.params ?? [], place, of, house)
    default:
      return []
  }
}

function named(
  name: string,
  [first, keys]: readonly TsType[],
  place: Place,
  of: string,
  house: House,
): readonly OptionMember[] {
  const found = house.lookUp(place, name)
  if (found) return membersOf(found, house)
  if (first === undefined) return []
  const members = membersOfType(first, place, of, house)
  switch (name) {
    case 'Pick':
      return members.filter((member) => texts(keys).includes(member.name))
    case 'Omit':
      return members.filter((member) => !texts(keys).includes(member.name))
    case 'Readonly':
      return members
    case 'Partial':
    case 'Required':
      return members.map((member) => ({ ...member, optional: name === 'Partial' }))
    default:
      return []
  }
}

function member(element: TsTypeElement, place: Place, of: string): readonly OptionMember[] {
  if (element.type !== 'TsPropertySignature' && element.type !== 'TsMethodSignature') return []
  const { key, optional, span } = element
  if (key.type !== 'Identifier' && key.type !== 'StringLiteral') return []
  const type = element.type === 'TsPropertySignature' ? element.typeAnnotation?.typeAnnotation : undefined
  if (type?.type === 'TsKeywordType' && type.kind === 'never') return []
  return [{ ...place, name: key.value, optional, type, line: place.file.lineOf(span), of }]
}

/** The members of the object that an option takes, or of each in a list of such; of a function and of an object with methods none. */
export function nestedMembers({ type, home, file, of }: OptionMember, house: House): readonly OptionMember[] {
  return type ? nested(type, { home, file }, of, house) : []
}

function nested(type: TsType, place: Place, of: string, house: House): readonly OptionMember[] {
  switch (type.type) {
    case 'TsTypeLiteral':
      return membersOfType(type, place, of, house)
    case 'TsUnionType':
    case 'TsIntersectionType':
      return type.types.flatMap((part) => nested(part, place, of, house))
    case 'TsParenthesizedType':
    case 'TsTypeOperator':
      return nested(type.typeAnnotation, place, of, house)
    case 'TsArrayType':
      return nested(type.elemType, place, of, house)
    case 'TsTypeReference': {
      const within = (type.typeParams?.params ?? []).flatMap((part) => nested(part, place, of, house))
      const found = house.lookUp(place, simpleName(type.typeName))
      const isData = found?.declared.every(
        ({ declaration }) =>
          declaration.type === 'TsInterfaceDeclaration' &&
          declaration.body.body.every((element) => element.type === 'TsPropertySignature'),
      )
      return found && isData && !isMade(found, house) ? [...within, ...membersOf(found, house)] : within
    }
    default:
      return []
  }
}

/** Whether an exported function of the package makes it: nobody writes such a value. */
function isMade({ home, name }: Found, house: House): boolean {
  return house.exportsOf(home).some(({ declared }) =>
    declared.some(({ declaration }) => {
      const type = declaration.type === 'FunctionDeclaration' ? declaration.returnType?.typeAnnotation : undefined
      return type?.type === 'TsTypeReference' && simpleName(type.typeName) === name
    }),
  )
}

function simpleName(name: TsEntityName): string {
  return name.type === 'Identifier' ? name.value : ''
}

/** The texts of `'a' | 'b'`. */
function texts(type: TsType | undefined): readonly string[] {
  if (type?.type === 'TsUnionType') return type.types.flatMap(texts)
  return type?.type === 'TsLiteralType' && type.literal.type === 'StringLiteral' ? [type.literal.value] : []
}
