import { OptionPlace, type OptionReader } from '@ashlar/core/options'

/** Reads one argument of a function as options are read. @param where `'revoke()'` */
export function readArgument<Value>(where: string, name: string, value: unknown, reader: OptionReader<Value>): Value {
  return reader(value, new OptionPlace(where, name))
}
