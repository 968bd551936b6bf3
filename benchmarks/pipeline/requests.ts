import { TARGET } from './orders.ts'

/** What a contender is asked, and what it must answer. */
export interface Asked {
  /** The whole request, as it goes over the wire. */
  readonly request: string
  readonly status: string
}

/** The gate asks each build for its own, so a change of the scenario changes this together with the contenders. */
export function asked(name: string, token: string): Asked {
  const status = /(401|429)$/.exec(name)?.[1] ?? '200'
  const authorization = status === '401' ? '' : `Authorization: Bearer ${token}\r\n`
  const request = `GET ${TARGET}?limit=20 HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n${authorization}\r\n`
  return { request, status }
}
