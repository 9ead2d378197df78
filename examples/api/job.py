#!/usr/bin/env python3
"""Starts a job by gRPC and waits until all is the same on the host and its guests.

Needs python3-grpcio and python3-protobuf, and the modules that are made of the contract:

    python3 -m grpc_tools.protoc -I proto -I GOOGLEAPIS --python_out=. --grpc_python_out=. sync/v1/control.proto

where GOOGLEAPIS holds google/api/annotations.proto.  Use: SYNC_TOKEN=... job.py HOST:8443 SHARE api.pem
"""
import os
import sys

import grpc

from sync.v1 import control_pb2, control_pb2_grpc


def main(address: str, share: str, certificate: str) -> int:
    with open(certificate, "rb") as file:
        credentials = grpc.ssl_channel_credentials(file.read())
    token = (("authorization", "Bearer " + os.environ["SYNC_TOKEN"]),)
    with grpc.secure_channel(address, credentials) as channel:
        jobs = control_pb2_grpc.JobsStub(channel)
        job = jobs.CreateJob(control_pb2.CreateJobRequest(share=share, wait="durable"), metadata=token)
        while not job.ended_at_unix_ms:
            request = control_pb2.GetJobRequest(id=job.id)
            request.wait.seconds = 30
            job = jobs.GetJob(request, metadata=token)
    print(f"job {job.id}: {job.state} {job.reason}".rstrip())
    return 0 if job.state == "done" else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
