import { UnavailableError } from '@ashlar/core'
import { z } from 'zod'

export const NewOrder = z.strictObject({
  symbol: z.string().regex(/^[A-Z]{1,5}$/, 'one to five capital letters'),
  side: z.enum(['buy', 'sell']),
  quantity: z.number().int().min(1).max(10_000),
  price: z.number().positive().max(1_000_000),
})

export const OrderQuery = z.strictObject({
  symbol: NewOrder.shape.symbol.optional(),
  limit: z
    .string()
    .regex(/^[0-9]{1,3}$/)
    .pipe(z.coerce.number<string>().min(1).max(100))
    .default(20),
})

export interface Order extends z.infer<typeof NewOrder> {
  readonly id: string
  readonly owner: string
}

/** The instrument whose venue never answers, so that the circuit breaker can be seen at work. */
export const HALTED_SYMBOL = 'HALT'

/** The order book: in memory, since this example is about what stands in front of it. */
export class OrderBook {
  readonly #orders: Order[] = [
    { id: 'order-1', owner: 'trader-1', symbol: 'ASH', side: 'buy', quantity: 10, price: 42 },
  ]

  list({ symbol, limit }: z.infer<typeof OrderQuery>): readonly Order[] {
    return this.#orders.filter((order) => symbol === undefined || order.symbol === symbol).slice(0, limit)
  }

  place(owner: string, order: z.infer<typeof NewOrder>): Order {
    if (order.symbol === HALTED_SYMBOL) throw new UnavailableError('The venue did not answer.')
    const placed = { id: `order-${this.#orders.length + 1}`, owner, ...order }
    this.#orders.push(placed)
    return placed
  }
}
