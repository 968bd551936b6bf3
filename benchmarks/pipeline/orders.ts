import { z } from 'zod'

export const TARGET = '/api/v1/orders'

export const OrderQuery = z.object({ limit: z.coerce.number().int().min(1).max(100) })

/** The same small answer for every contender. */
export const listOrders = (limit: number) => ({
  orders: [{ id: 'order-1', symbol: 'ASH', side: 'buy', quantity: 10, price: 42 }].slice(0, limit),
})
