import { exercise } from './exercise.js'

exercise().then(
  () => {
    console.log('the app is content')
    process.exit(0)
  },
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
