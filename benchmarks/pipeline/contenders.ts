import type { RequestListener } from 'node:http'

import { ashlarExpress, ashlarFrontDoor, ashlarKoa, ashlarKoaFrontDoor } from './ashlar.ts'
import { bareExpress, bareKoa } from './bare.ts'
import { noopSink, winstonLogger } from './logs.ts'
import { assembledExpress, assembledKoa, EXPRESS_PEERS, KOA_PEERS } from './peers.ts'

/** Each contender by name: what it puts in front of the same handler. */
export const contenders: Readonly<Record<string, () => RequestListener>> = {
  'express bare': bareExpress,
  'express ashlar app.use, winston': () => ashlarExpress({ logger: winstonLogger() }),
  'express ashlar app.use, no-op sink': () => ashlarExpress({ sink: noopSink }),
  'express ashlar front door, winston': () => ashlarFrontDoor({ logger: winstonLogger() }),
  'express ashlar front door, no-op sink': () => ashlarFrontDoor({ sink: noopSink }),
  [`express ${EXPRESS_PEERS}`]: () => assembledExpress(winstonLogger()),
  'koa bare': bareKoa,
  'koa ashlar app.use, winston': () => ashlarKoa({ logger: winstonLogger() }),
  'koa ashlar app.use, no-op sink': () => ashlarKoa({ sink: noopSink }),
  'koa ashlar front door, no-op sink': () => ashlarKoaFrontDoor({ sink: noopSink }),
  [`koa ${KOA_PEERS}`]: () => assembledKoa(winstonLogger()),
  'flood ashlar front door, 401': () => ashlarFrontDoor({ sink: noopSink }),
  'flood ashlar front door, 429': () => ashlarFrontDoor({ sink: noopSink, capacity: 1 }),
}
