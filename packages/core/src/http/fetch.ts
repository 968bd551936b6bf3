/** The part of `fetch` that is used; an HTTP client with proxies, retries or a breaker can stand in its place. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>
