// Starts a job by gRPC and waits until all is the same on the host and its guests.
// Needs @grpc/grpc-js and @grpc/proto-loader.  Use: SYNC_TOKEN=... node job.mjs HOST:8443 SHARE api.pem PROTO_DIR GOOGLEAPIS_DIR
import { readFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const [address, share, certificate, protos, googleapis] = process.argv.slice(2);
const definition = loader.loadSync('sync/v1/control.proto', { includeDirs: [protos, googleapis], longs: Number, defaults: true });
const { Jobs } = grpc.loadPackageDefinition(definition).sync.v1.control;
const jobs = new Jobs(address, grpc.credentials.createSsl(readFileSync(certificate)));
const token = new grpc.Metadata();
token.set('authorization', `Bearer ${process.env.SYNC_TOKEN}`);
const call = (method, request) =>
  new Promise((resolve, reject) => jobs[method](request, token, (error, reply) => (error ? reject(error) : resolve(reply))));

let job = await call('CreateJob', { share, wait: 'durable' });
while (!job.endedAtUnixMs) job = await call('GetJob', { id: job.id, wait: { seconds: 30 } });
console.log(`job ${job.id}: ${job.state} ${job.reason}`.trimEnd());
jobs.close();
process.exitCode = job.state === 'done' ? 0 : 1;
