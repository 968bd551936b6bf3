import { join } from 'node:path'

import { CHROMIUM, requireBinary } from './binary.ts'

/** How to start the machine's browser: `chromium.launch(browserLaunch())` with `playwright-core`. */
export interface BrowserLaunch {
  readonly executablePath: string
  readonly headless: boolean
  readonly args: string[]
}

/**
 * The machine's Chromium, headless, with nothing that reaches beyond the test. It makes a new profile each time.
 * @throws Error where the machine has no `chromium`
 * @example
 * const browser = await chromium.launch(browserLaunch())
 */
export function browserLaunch(): BrowserLaunch {
  return {
    executablePath: join(requireBinary(CHROMIUM), CHROMIUM.command),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  }
}
