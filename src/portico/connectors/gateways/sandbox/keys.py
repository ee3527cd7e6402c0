"""The sandbox's keys. Known to everybody, as nothing that they open is worth anything."""

from __future__ import annotations

TEST_KEY = "sk_test_sandbox"
TEST_WEBHOOK_SECRETS = ("whsec_test_sandbox",)
