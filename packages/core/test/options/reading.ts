import { OptionPlace, type OptionReader } from '../../src/options.ts'

export const AT = new OptionPlace('x()', 'option')

export const message = (reader: OptionReader<unknown>, value: unknown): string => {
  try {
    reader(value, AT)
    return 'accepted'
  } catch (error) {
    return (error as Error).message.replace('x(): "option" ', '')
  }
}
