"""Tencent Cloud's text messages: takes signed SendSms calls and tells later what became of each."""
