export { type FakeClock, fakeClock } from './fake-clock.ts'
export { type Recorder, recordEvents } from './recorder.ts'
export { type TestRequest, testRequest } from './test-request.ts'
export { type TestCall, type TestResponse, type TestServer, testServer } from './test-server.ts'
