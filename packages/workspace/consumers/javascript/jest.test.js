import { exercise } from './exercise.js'

test('the app is content', exercise)
