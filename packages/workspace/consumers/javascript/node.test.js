import { test } from 'node:test'
import { exercise } from './exercise.js'

test('the app is content', exercise)
