/** The part of a test runner that the suite needs. */
export interface ContractRunner {
  test(name: string, body: () => Promise<void>): void
  // biome-ignore lint/suspicious/noExplicitAny: each runner has its own matchers
  expect(value: unknown): any
}
