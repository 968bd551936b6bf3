import { type DevelopmentIssuer, developmentIssuer } from '../development-issuer.ts'

/** The development issuer, and tokens that are wrong in one way each. */
export interface TourIssuer extends DevelopmentIssuer {
  expired(): Promise<string>
  forAnother(): Promise<string>
  forged(): Promise<string>
  unsigned(): string
}

export async function tourIssuer(): Promise<TourIssuer> {
  const [issuer, stranger] = await Promise.all([developmentIssuer(), developmentIssuer()])
  const genuine = await issuer.token('admin')
  return {
    ...issuer,
    expired: () => issuer.token('admin', { exp: Math.floor(Date.now() / 1000) - 3600 }),
    forAnother: () => issuer.token('admin', { aud: 'https://another.example' }),
    forged: () => stranger.token('admin'),
    unsigned: () => `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${genuine.split('.')[1]}.`,
  }
}
