/** Every value that a request's Cookie header holds under a name. */
export function cookieValues(headers: readonly string[], name: string): readonly string[] {
  const values: string[] = []
  for (const header of headers) {
    if (!header.includes(name)) continue
    for (const part of header.split(';')) {
      const text = part.trim()
      if (text.startsWith(name) && text[name.length] === '=') values.push(text.slice(name.length + 1))
    }
  }
  return values
}

export type SameSite = 'Strict' | 'Lax'

/** Always httpOnly, Secure and for the whole site, as the prefix `__Host-` asks for (RFC 6265bis §4.1.3.2). */
export function setCookie(name: string, value: string, sameSite: SameSite, maxAgeSeconds: number): string {
  return `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; Secure; SameSite=${sameSite}`
}
