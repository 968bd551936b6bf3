/** A module of the few forms that the apps here are written in, as CommonJS. */
export function commonJsText(module: string): string {
  return module
    .replaceAll(/^import (\w+|\{[^}]*\}) from ('[^']+')$/gm, (_, names: string, from: string) => {
      return `const ${names} = require(${from})`
    })
    .replaceAll(/^export ((?:async )?function (\w+))/gm, 'exports.$2 = $2\n$1')
    .replaceAll(/^export const (\w+) =/gm, 'const $1 = exports.$1 =')
}
