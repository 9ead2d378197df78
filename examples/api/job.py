#!/usr/bin/env python3
"""Starts a job by gRPC and waits until all is the same on the host and its guests.

Needs Debian's python3-grpcio and python3-protobuf, and the modules that protoc makes of the contract:

    protoc -I proto -I GOOGLEAPIS --python_out=. sync/v1/control.proto google/api/annotations.proto google/api/http.proto

where GOOGLEAPIS holds google/api/annotations.proto.  Use: SYNC_TOKEN=... job.py HOST:8443 SHARE api.pem
"""
import os
import sys

import grpc

from sync.v1 import control_pb2 as control

SERVICE = "/sync.v1.control.Jobs/"


def main(address: str, share: str, certificate: str) -> int:
    with open(certificate, "rb") as file:
        credentials = grpc.ssl_channel_credentials(file.read())
    token = (("authorization", "Bearer " + os.environ["SYNC_TOKEN"]),)
    with grpc.secure_channel(address, credentials) as channel:

        def call(method, request):
            ask = channel.unary_unary(SERVICE + method, type(request).SerializeToString, control.Job.FromString)
            return ask(request, metadata=token)

        job = call("CreateJob", control.CreateJobRequest(share=share, wait="durable"))
        while not job.ended_at_unix_ms:
            request = control.GetJobRequest(id=job.id)
            request.wait.seconds = 30
            job = call("GetJob", request)
    print(f"job {job.id}: {job.state} {job.reason}".rstrip())
    return 0 if job.state == "done" else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
