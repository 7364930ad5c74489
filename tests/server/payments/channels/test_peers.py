"""Judges that we did not write: Tencent's own vectors, OpenSSL, and both libraries as they come."""

import base64
import json
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from alipay import AliPay
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.utils import aes_decrypt, load_private_key, rsa_sign

from server.payments.channels import wechat
from server.payments.channels.alipay import fen, yuan

VECTORS = json.loads(
    (Path(__file__).parents[3] / "data" / "wechatpay" / "vectors.json").read_text()
)


def test_tencents_request_signature():
    vector = VECTORS["sign"]
    key = load_private_key(vector["private_key_pem"])
    assert rsa_sign(key, vector["message"]) == vector["signature_b64"]


def test_tencents_aes_gcm():
    vector = VECTORS["aes_gcm"]
    plain = aes_decrypt(
        nonce=vector["nonce"],
        ciphertext=vector["ciphertext_b64"],
        associated_data=vector["aad"],
        apiv3_key=vector["key"],
    )
    assert plain == vector["plaintext"]


def test_tencents_notification_is_genuine_but_only_when_fresh(lines, monkeypatch, tmp_path):
    vector = VECTORS["notify"]
    certificate = load_pem_x509_certificate(vector["platform_cert_pem"].encode())
    public = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "platform.pem").write_bytes(public)
    table = {**lines["wechat"].table, "platform_public_key_file": str(tmp_path / "platform.pem")}
    line = wechat.create(table)._line
    headers = {**vector["headers"], "Wechatpay-Serial": table["platform_public_key_id"]}
    body = vector["body"].encode()
    assert not line.is_genuine(headers, body), "it is years old"
    monkeypatch.setattr(time, "time", lambda: int(headers["Wechatpay-Timestamp"]) + 10)
    assert line.is_genuine(headers, body)
    assert not line.is_genuine(headers, body + b" ")
    probe = "WECHATPAY/SIGNTEST/" + headers["Wechatpay-Signature"]
    assert not line.is_genuine({**headers, "Wechatpay-Signature": probe}, body)


def test_wechatpayv3_as_it_comes_is_understood_by_the_simulator(lines):
    line = lines["wechat"]
    line.faults()
    table = line.table
    peer = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=table["mchid"],
        private_key=Path(table["merchant_key_file"]).read_text(),
        cert_serial_no=table["merchant_serial"],
        appid=table["appid"],
        apiv3_key=Path(table["apiv3_key_file"]).read_text(),
        notify_url="http://127.0.0.1:9/none",
        public_key=Path(table["platform_public_key_file"]).read_text(),
        public_key_id=table["platform_public_key_id"],
        timeout=(5, 5),
    )
    peer._core._gate_way = table["gateway"]
    order = line.order()
    status, text = peer.pay(
        description="bill",
        out_trade_no=order.out_trade_no,
        amount={"total": 1},
        time_expire=order.expires_at.isoformat(timespec="seconds"),
        pay_type=WeChatPayType.NATIVE,
    )
    assert status == 200
    line.phone("pay", json.loads(text)["code_url"])
    status, text = peer.query(out_trade_no=order.out_trade_no)
    assert json.loads(text)["trade_state"] == "SUCCESS"
    assert peer.close(out_trade_no=order.out_trade_no)[0] == 400


PLAIN_ALIPAY = """
import json, sys
from alipay import AliPay
table = json.loads(sys.argv[1])
peer = AliPay(appid=table["app_id"], app_notify_url="http://127.0.0.1:9/none",
              app_private_key_string=open(table["app_private_key_file"]).read(),
              alipay_public_key_string=open(table["alipay_public_key_file"]).read())
peer._gateway = table["gateway"]
print(json.dumps(peer.server_api("alipay.trade.precreate", {
    "out_trade_no": sys.argv[2], "total_amount": "0.01", "subject": "bill",
    "seller_id": table["seller_id"], "time_expire": "2099-01-01 00:00:00"})))
"""


@pytest.mark.parametrize(
    ("zone", "code"), [("Asia/Shanghai", "10000"), ("America/New_York", "40002")]
)
def test_python_alipay_sdk_as_it_comes_and_why_its_clock_is_corrected(lines, zone, code):
    line = lines["alipay"]
    line.faults()
    number = line.order().out_trade_no
    done = subprocess.run(
        [sys.executable, "-c", PLAIN_ALIPAY, json.dumps(line.table), number],
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert json.loads(done.stdout)["code"] == code, done.stderr


def test_our_alipay_stamps_are_beijing_time_wherever_we_stand(lines, monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert lines["alipay"].channel.create(lines["alipay"].order())
    finally:
        monkeypatch.undo()
        time.tzset()


def test_an_alipay_signature_is_what_openssl_makes(lines, tmp_path):
    line = lines["alipay"].channel._line
    text = "app_id=2021000000000001&biz_content={}&charset=utf-8"
    (tmp_path / "text").write_text(text)
    key = lines["alipay"].table["app_private_key_file"]
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-sign", key, str(tmp_path / "text")],
        capture_output=True,
        check=True,
        timeout=30,
    )
    assert line._sign(text) == base64.b64encode(done.stdout).decode()


@pytest.mark.parametrize("minor", [0, 1, 10, 99, 100, 33208, 10**12])
def test_yuan_and_back(minor):
    assert fen(yuan(minor)) == minor


@pytest.mark.parametrize("text", ["", "1.005", "NaN", "1e999", "一元"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError, match=r"amount|fen"):
        fen(text)


def test_wechatpayv3_as_it_comes_charges_and_reverses_a_phone(lines):
    line = lines["wechat"]
    line.faults()
    table = line.table
    peer = WeChatPay(
        wechatpay_type=WeChatPayType.CODEPAY,
        mchid=table["mchid"],
        private_key=Path(table["merchant_key_file"]).read_text(),
        cert_serial_no=table["merchant_serial"],
        appid=table["appid"],
        apiv3_key=Path(table["apiv3_key_file"]).read_text(),
        public_key=Path(table["platform_public_key_file"]).read_text(),
        public_key_id=table["platform_public_key_id"],
        timeout=(5, 5),
    )
    peer._core._gate_way = table["gateway"]
    number = line.order().out_trade_no
    status, text = peer.pay(
        description="bill",
        out_trade_no=number,
        amount={"total": 120_000, "currency": "CNY"},
        payer={"auth_code": line.phone_code()},
        scene_info={"store_info": {"out_id": "K03"}},
        pay_type=WeChatPayType.CODEPAY,
    )
    assert (status, json.loads(text)["trade_state"]) == (202, "USERPAYING")
    assert json.loads(peer.query(out_trade_no=number)[1])["trade_state"] == "USERPAYING"
    status, text = peer.codepay_reverse(out_trade_no=number)
    assert (status, json.loads(text)["out_trade_no"]) == (200, number)
    assert json.loads(peer.query(out_trade_no=number)[1])["trade_state"] == "REVOKED"


def test_python_alipay_sdk_as_it_comes_charges_and_cancels_a_phone(lines):
    line = lines["alipay"]
    line.faults()
    table = line.table
    peer = AliPay(
        appid=table["app_id"],
        app_notify_url="",
        app_private_key_string=Path(table["app_private_key_file"]).read_text(),
        alipay_public_key_string=Path(table["alipay_public_key_file"]).read_text(),
    )
    peer._gateway = table["gateway"]
    number, paid = line.order().out_trade_no, line.order().out_trade_no
    now = datetime.now(timezone(timedelta(hours=8))).strftime("%Y-%m-%d %H:%M:%S")

    def call(method, **content):
        notify_url = "http://127.0.0.1:9/none"
        return peer.server_api(method, content, timestamp=now, notify_url=notify_url)

    def pay(number, amount):
        code, seller = line.phone_code(), table["seller_id"]
        told = {"scene": "bar_code", "auth_code": code, "subject": "bill", "seller_id": seller}
        return call("alipay.trade.pay", out_trade_no=number, total_amount=amount, **told)["code"]

    assert (pay(number, "1200.00"), pay(paid, "12.00")) == ("10003", "10000")
    for one, action in ((number, "close"), (paid, "refund")):
        assert call("alipay.trade.cancel", out_trade_no=one)["action"] == action
        known = call("alipay.trade.query", out_trade_no=one)
        assert known["trade_status"] == "TRADE_CLOSED"
