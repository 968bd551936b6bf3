/** The part of a test runner that a contract needs: Jest, Vitest and others have it. */
export interface ContractRunner {
  describe(name: string, body: () => void): void
  test(name: string, body: () => Promise<void>): void
  // biome-ignore lint/suspicious/noExplicitAny: each runner has its own matchers
  expect(value: unknown): any
}
