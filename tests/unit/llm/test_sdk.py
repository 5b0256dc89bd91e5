"""OpenAI's SDK as the writer and the voices share it."""

import pytest

from podloom.llm import sdk


async def test_clients_have_pools_of_their_own_and_share_the_certificates():
    clients = [sdk.new_client("", "k", timeout_s=5, max_retries=1, connections=2) for _ in range(2)]
    assert clients[0]._client is not clients[1]._client
    assert sdk.trusted() is sdk.trusted()
    for client in clients:
        await client.close()


@pytest.mark.parametrize(("timeout_s", "connect_s"), [(120, 10), (3, 3)])
async def test_nobody_waits_longer_for_a_connection_than_for_an_answer(timeout_s, connect_s):
    client = sdk.new_client("http://here/v1", "", timeout_s=timeout_s, max_retries=0, connections=2)
    assert (client.timeout.read, client.timeout.connect) == (timeout_s, connect_s)
    assert (client.api_key, str(client.base_url)) == ("none", "http://here/v1/")
    await client.close()


async def test_nobody_named_is_openai():
    client = sdk.new_client("", "k", timeout_s=5, max_retries=0, connections=2)
    assert str(client.base_url) == "https://api.openai.com/v1/"
    await client.close()
