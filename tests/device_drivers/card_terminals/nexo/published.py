"""Messages as Adyen published them with its libraries (MIT): what the driver must be able to read.

SEALED: adyen-node-api-library, src/__tests__, "should decrypt event notification" (a P400Plus, 2020).
STATUS and REVERSAL: adyen-dotnet-api-library, Adyen.Test/mocks/terminalapi, transaction-status-response
and reversal-response-success. DIAGNOSIS: docs.adyen.com, request-diagnosis.
"""

SEALED = {
    "SecurityTrailer": {
        "AdyenCryptoVersion": 1,
        "Nonce": "Be6rAx+vRju2aCHwPh6lrg==",
        "KeyIdentifier": "ncrkey",
        "Hmac": "LG8A9Re1M8xLMr7rDUk0NwsnvAOX+VLjHv9sPHWTl34=",
        "KeyVersion": 1,
    },
    "NexoBlob": (
        "x2DY8J2M9ZCyjOZ8Gt7JdLBA/6bT/KXvvAbJf9kzguqO8dWp1I1pPLQpLstpdIiAVqSwG3PR0PrP/lF82UmhmCnUJGCu"
        "EXilqvBNF1tF/yEgnFOklNc1myR2IPW/+2oZOWKFXlTo/gX89EbODXOOGUqaJfSdpDhlqjyMz7mGczobTPvPGqCVx2BD"
        "HU8VTxI9nicwQv+QV48GqVZzxnP8ZOdQOQ5cac+bcS0Y3l7SmWpIoQsoicnjahTY9ICosLJmN4DvDHsN4Kh2DAetFO5b"
        "9I9Lqgm/dvnXUVhb9tPbM7Pn+ratjYpaNbonbO5M+Tm8rDEIyKoUUuFXPWISymrCXtCDVKEb2B5S5pilUmokrXVa9Ldt"
        "sv3BKG7rbrglYEuql4WVs6kzr6ybgAKh1Q0LsAXEve3pydt72ay4U3FOJSBxJ3gNqmnG8mVW2HCXQVo1RgVaZmP5TBWY"
        "uksCKXYypnMulu1PlRI++oeW/J2qjQU="
    ),
}
SEALED_WITH = ("ncrkey", 1, b"ncrpass")
OPENED = {
    "SaleToPOIRequest": {
        "EventNotification": {
            "EventDetails": "reference_id=9876",
            "TimeStamp": "2020-11-13T09:02:35.697Z",
            "EventToNotify": "SaleWakeUp",
        },
        "MessageHeader": {
            "ProtocolVersion": "3.0",
            "SaleID": "null",
            "MessageClass": "Event",
            "MessageCategory": "Event",
            "POIID": "P400Plus-275102806",
            "MessageType": "Notification",
            "DeviceID": "5",
        },
    }
}
STATUS = {
    "Response": {"Result": "Success"},
    "MessageReference": {
        "SaleID": "TOSIM_1_100_6",
        "ServiceID": "05140342",
        "MessageCategory": "Payment",
    },
    "RepeatedMessageResponse": {
        "RepeatedResponseMessageBody": {
            "PaymentResponse": {
                "PaymentResult": {
                    "PaymentInstrumentData": {
                        "PaymentInstrumentType": "Card",
                        "CardData": {
                            "EntryMode": ["ICC"],
                            "PaymentBrand": "mc",
                            "SensitiveCardData": {"ExpiryDate": "0228", "CardSeqNumb": "53"},
                            "CardCountryCode": "056",
                            "MaskedPan": "679999 **** 9990",
                        },
                    },
                    "PaymentAcquirerData": {
                        "AcquirerPOIID": "P400Plus-275102737",
                        "MerchantID": "EG_Adyen_test",
                        "AcquirerTransactionID": {
                            "TimeStamp": "2018-12-05T13:03:47.000Z",
                            "TransactionID": "8815440150351036",
                        },
                    },
                    "OnlineFlag": True,
                    "AmountsResp": {"AuthorizedAmount": 79, "Currency": "EUR"},
                },
                "SaleData": {
                    "SaleTransactionID": {
                        "TransactionID": "0000060001078117",
                        "TimeStamp": "2018-12-05T14:03:42.000Z",
                    }
                },
                "Response": {
                    "Result": "Success",
                    "AdditionalResponse": (
                        "tid=75102737&AID=A000000004306001&pspReference=8815440150351036"
                        "&cardHolderName=TC03_MS_Approved&offline=false&mid=1000"
                    ),
                },
                "POIData": {
                    "POITransactionID": {
                        "TimeStamp": "2018-12-05T13:03:47.000Z",
                        "TransactionID": "57eT001544015027011.8815440150351036",
                    },
                    "POIReconciliationID": "1000",
                },
            }
        }
    },
}
REVERSAL = {
    "POIData": {
        "POITransactionID": {
            "TimeStamp": "2019-08-22T11:09:22.575Z",
            "TransactionID": "8515661234567890C",
        }
    },
    "ReversedAmount": 10100,
    "Response": {"Result": "Success", "AdditionalResponse": "store=Store1234&currency=EUR"},
}
DIAGNOSIS = {
    "HostStatus": [{"IsReachableFlag": True, "AcquirerID": "0"}],
    "POIStatus": {"CommunicationOKFlag": True, "PrinterStatus": "OK", "GlobalStatus": "OK"},
    "Response": {
        "Result": "Success",
        "AdditionalResponse": (
            "batteryLevel=100%25&firmwareVersion=adyen_v1_49p5&unconfirmedBatchCount=0"
            "&terminalId=V400m-346403161"
        ),
    },
}
