"""A virtual ONVIF camera: SOAP over HTTP on loopback, and answers to WS-Discovery probes.

It shares no code with our client: requests are read with the standard library's XML reader by full
namespace, answers are written from the ONVIF WSDLs, and logins are checked against the camera's
own clock, as a camera does. `Camera.fault` makes it misbehave.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.etree import ElementTree as Tree

SOAP = "{http://www.w3.org/2003/05/soap-envelope}"
WSA = "{http://www.w3.org/2005/08/addressing}"
WSSE = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
WSU = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"
TDS = "{http://www.onvif.org/ver10/device/wsdl}"
TRT = "{http://www.onvif.org/ver10/media/wsdl}"
TR2 = "{http://www.onvif.org/ver20/media/wsdl}"
TEV = "{http://www.onvif.org/ver10/events/wsdl}"
TT = "{http://www.onvif.org/ver10/schema}"
WSNT = "{http://docs.oasis-open.org/wsn/b-2}"
OLD_WSA = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}"
WSD = "{http://schemas.xmlsoap.org/ws/2005/04/discovery}"
MUTE = "{urn:example:camera}Subscription"

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "ha">'
    + b"".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">'.encode()
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + b'<!ENTITY f0 SYSTEM "file:///etc/passwd">]>'
    b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>'
    b"<x>&i;</x></e:Body></e:Envelope>"
)


class Refused(Exception):
    """The camera answers with a fault of this code."""


@dataclass
class Camera:
    """The state of a camera; tests set fields while it runs.

    `fault`: `drip`, `drip_head`, `silent`, `hang_up`, `garbage`, `bomb`, `401`, `403`, `503`,
    `huge`, `echo_password`, `lying_response`, or empty.
    `login`: `token` (WS-UsernameToken), a hash (`MD5`, `SHA-256`) for HTTP Digest, or `Basic`.
    """

    user: str = "operator"
    password: str = "S3cret-of-Basra"
    fault: str = ""
    login: str = "token"
    digest_qop: str = 'qop="auth", '
    clock_offset_s: float = 0.0
    clock_needs_login: bool = False
    clock_text: str | None = None
    has_media: bool = True
    has_media2: bool = False
    has_events: bool = True
    lists_topics: bool = True
    has_geo: bool = True
    legacy: bool = False
    said_host: str = "127.0.0.1"
    stream: str = "rtsp://{host}:554/live/{token}"
    refuses_renew: bool = False
    term_s: float = 60.0
    endpoint: str = "urn:uuid:5f5a69c2-e0ae-504f-829b-00aabbccddee"
    asked: list[str] = field(default_factory=list)
    renewed: int = 0
    sent_bytes: int = 0
    subscriptions: dict[str, list[str]] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    port: int = 0
    udp_port: int = 0
    tls: ssl.SSLContext | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    _nonces: set[bytes] = field(default_factory=set)
    _counts: dict[str, int] = field(default_factory=dict)
    _told: threading.Condition = field(default_factory=threading.Condition)

    @property
    def xaddr(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/onvif/device_service"

    @property
    def scheme(self) -> str:
        return "https" if self.tls else "http"

    @property
    def udp(self) -> str:
        return f"127.0.0.1:{self.udp_port}"

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.clock_offset_s)

    def notice(
        self, topic: str, *, source: str = "", data: str = "", at: str | None = None
    ) -> None:
        """Put a notification into every subscription."""
        stamp = at if at is not None else self.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._told:
            for waiting in self.subscriptions.values():
                waiting.append(
                    "<n:NotificationMessage><n:Topic Dialect="
                    '"http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet" '
                    f'xmlns:tns1="http://www.onvif.org/ver10/topics">{topic}</n:Topic>'
                    f'<n:Message><t:Message UtcTime="{stamp}" PropertyOperation="Changed">'
                    f"<t:Source>{source}</t:Source><t:Data>{data}</t:Data></t:Message></n:Message>"
                    "</n:NotificationMessage>"
                )
            self._told.notify_all()

    def forget_subscriptions(self) -> None:
        with self._told:
            self.subscriptions.clear()

    # -- logging in ---------------------------------------------------------------------------

    def check_token(self, header: Tree.Element | None) -> None:
        token = header.find(f"{WSSE}Security/{WSSE}UsernameToken") if header is not None else None
        if token is None:
            raise self._refusal("no token")
        nonce = base64.b64decode(token.findtext(f"{WSSE}Nonce", ""))
        created = token.findtext(f"{WSU}Created", "")
        at = datetime.strptime(created, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
        if abs((at - self.now()).total_seconds()) > 5:
            raise self._refusal("stale")
        if nonce in self._nonces or len(nonce) < 8:
            raise self._refusal("replayed")
        self._nonces.add(nonce)
        right = hashlib.sha1(nonce + created.encode() + self.password.encode()).digest()
        sent = base64.b64decode(token.findtext(f"{WSSE}Password", ""))
        if token.findtext(f"{WSSE}Username") != self.user or not hmac.compare_digest(sent, right):
            raise self._refusal("wrong password")

    def challenge(self) -> str:
        if self.login == "Basic":
            return 'Basic realm="gate"'
        nonce = secrets.token_hex(8)
        self._counts[nonce] = 0
        return (
            f'Digest realm="ONVIF \\"gate\\"", {self.digest_qop}nonce="{nonce}", '
            f'opaque="o", algorithm={self.login}'
        )

    def is_right(self, authorization: str, path: str) -> bool:
        """Check an answer to `challenge` (RFC 7616; without qop RFC 2069)."""
        sent = {
            name: quoted or bare
            for name, quoted, bare in re.findall(
                r'(\w+)=(?:"((?:\\.|[^"\\])*)"|([^,\s]+))', authorization
            )
        }
        nonce = sent.get("nonce", "")
        if nonce not in self._counts or sent.get("uri") != path or sent.get("opaque") != "o":
            return False
        algorithm = {"MD5": "md5", "SHA-256": "sha256"}[self.login]

        def digest(text: str) -> str:
            return hashlib.new(algorithm, text.encode()).hexdigest()

        one = digest(f'{self.user}:ONVIF "gate":{self.password}')
        two = digest(f"POST:{path}")
        if not self.digest_qop:
            return sent.get("response") == digest(f"{one}:{nonce}:{two}")
        count = int(sent.get("nc", "0"), 16)
        if count <= self._counts[nonce]:
            return False
        self._counts[nonce] = count
        middle = f"{sent['nc']}:{sent['cnonce']}:{sent['qop']}"
        return sent.get("response") == digest(f"{one}:{nonce}:{middle}:{two}")

    def expire_digest(self) -> None:
        self._counts.clear()

    def _refusal(self, why: str) -> Refused:
        self.refusals.append(why)
        return Refused("ter:NotAuthorized")

    # -- answers ------------------------------------------------------------------------------

    def answer(self, request: Tree.Element, header: Tree.Element | None) -> str:
        """Return the XML of the answer's body; raises `Refused`."""
        name = request.tag.rpartition("}")[2]
        reply = {
            f"{TDS}GetSystemDateAndTime": self._date,
            f"{TDS}GetDeviceInformation": self._information,
            f"{TDS}GetServices": self._services,
            f"{TDS}GetCapabilities": self._capabilities,
            f"{TDS}GetScopes": self._scopes,
            f"{TDS}GetGeoLocation": self._geo,
            f"{TRT}GetProfiles": self._profiles,
            f"{TR2}GetProfiles": self._profiles2,
            f"{TRT}GetStreamUri": lambda: self._stream_uri(request),
            f"{TR2}GetStreamUri": lambda: self._stream_uri2(request),
            f"{TEV}CreatePullPointSubscription": self._subscribe,
            f"{TEV}GetEventProperties": self._event_properties,
            f"{TEV}PullMessages": lambda: self._pull(request, header),
            f"{WSNT}Renew": lambda: self._renew(header),
            f"{WSNT}Unsubscribe": lambda: self._unsubscribe(header),
        }.get(request.tag)
        if reply is None or (self.legacy and name == "GetServices"):
            raise Refused("ter:ActionNotSupported")
        return reply()

    def _date(self) -> str:
        now = self.now()
        utc = (
            f"<t:Time><t:Hour>{now.hour}</t:Hour><t:Minute>{now.minute}</t:Minute>"
            f"<t:Second>{now.second}</t:Second></t:Time><t:Date><t:Year>{now.year}</t:Year>"
            f"<t:Month>{now.month}</t:Month><t:Day>{now.day}</t:Day></t:Date>"
        )
        if self.clock_text is not None:
            utc = self.clock_text
        return (
            "<d:GetSystemDateAndTimeResponse><d:SystemDateAndTime>"
            "<t:DateTimeType>Manual</t:DateTimeType><t:DaylightSavings>false</t:DaylightSavings>"
            f"<t:UTCDateTime>{utc}</t:UTCDateTime></d:SystemDateAndTime>"
            "</d:GetSystemDateAndTimeResponse>"
        )

    def _information(self) -> str:
        if self.fault == "lying_response":
            return "<d:RebootResponse/>"
        return (
            "<d:GetDeviceInformationResponse><d:Manufacturer>Virtual</d:Manufacturer>"
            "<d:Model>Gate كاميرا</d:Model><d:FirmwareVersion>1.2.3</d:FirmwareVersion>"
            "<d:SerialNumber>SN-7</d:SerialNumber><d:HardwareId>1</d:HardwareId>"
            "</d:GetDeviceInformationResponse>"
        )

    def _offered(self) -> list[tuple[str, str, str]]:
        base = f"{self.scheme}://{self.said_host}:{self.port}/onvif"
        offered = [("Device", TDS, f"{base}/device_service")]
        if self.has_media:
            offered.append(("Media", TRT, f"{base}/media_service"))
        if self.has_media2:
            offered.append(("Media2", TR2, f"{base}/media2_service"))
        if self.has_events:
            offered.append(("Events", TEV, f"{base}/event_service"))
        return offered

    def _services(self) -> str:
        services = "".join(
            f"<d:Service><d:Namespace>{namespace[1:-1]}</d:Namespace><d:XAddr>{url}</d:XAddr>"
            "<d:Version><t:Major>2</t:Major><t:Minor>60</t:Minor></d:Version></d:Service>"
            for _, namespace, url in self._offered()
        )
        return f"<d:GetServicesResponse>{services}</d:GetServicesResponse>"

    def _capabilities(self) -> str:
        known = "".join(
            f"<t:{name}><t:XAddr>{url}</t:XAddr></t:{name}>"
            for name, _, url in self._offered()
            if name != "Media2"
        )
        return (
            f"<d:GetCapabilitiesResponse><d:Capabilities>{known}</d:Capabilities>"
            "</d:GetCapabilitiesResponse>"
        )

    def _scopes(self) -> str:
        items = "".join(
            f"<d:Scopes><t:ScopeDef>Fixed</t:ScopeDef><t:ScopeItem>{item}</t:ScopeItem></d:Scopes>"
            for item in SCOPES
        )
        return f"<d:GetScopesResponse>{items}</d:GetScopesResponse>"

    def _geo(self) -> str:
        if not self.has_geo:
            raise Refused("ter:ActionNotSupported")
        return (
            '<d:GetGeoLocationResponse><d:Location Entity="VideoSource" Token="1">'
            '<t:GeoLocation lon="47.78" lat="30.5" elevation="4"/></d:Location>'
            "</d:GetGeoLocationResponse>"
        )

    def _profiles(self) -> str:
        if not self.has_media:
            raise Refused("ter:ActionNotSupported")
        video = (
            "<t:Encoding>H264</t:Encoding><t:Resolution><t:Width>{w}</t:Width>"
            "<t:Height>{h}</t:Height></t:Resolution><t:Quality>4</t:Quality><t:RateControl>"
            "<t:FrameRateLimit>25</t:FrameRateLimit><t:EncodingInterval>1</t:EncodingInterval>"
            "<t:BitrateLimit>{b}</t:BitrateLimit></t:RateControl><t:H264><t:GovLength>50"
            "</t:GovLength><t:H264Profile>Main</t:H264Profile></t:H264>"
        )
        audio = (
            '<t:AudioEncoderConfiguration token="a"><t:Encoding>G711</t:Encoding>'
            "<t:Bitrate>64</t:Bitrate></t:AudioEncoderConfiguration>"
        )
        return (
            '<m:GetProfilesResponse><m:Profiles token="main&amp;1" fixed="true">'
            "<t:Name>Main</t:Name>"
            '<t:VideoEncoderConfiguration token="v1">'
            f"{video.format(w=1920, h=1080, b=4096)}</t:VideoEncoderConfiguration>{audio}"
            '</m:Profiles><m:Profiles token="sub"><t:Name>Sub</t:Name>'
            '<t:VideoEncoderConfiguration token="v2">'
            f"{video.format(w=640, h=360, b=512)}</t:VideoEncoderConfiguration></m:Profiles>"
            "</m:GetProfilesResponse>"
        )

    def _profiles2(self) -> str:
        return (
            '<m2:GetProfilesResponse><m2:Profiles token="p2" fixed="true"><m2:Name>New</m2:Name>'
            '<m2:Configurations><m2:VideoEncoder token="v" GovLength="60" Profile="Main">'
            "<t:Name>v</t:Name><t:Encoding>H265</t:Encoding><t:Resolution><t:Width>3840</t:Width>"
            "<t:Height>2160</t:Height></t:Resolution><t:RateControl ConstantBitRate='true'>"
            "<t:FrameRateLimit>12.5</t:FrameRateLimit><t:BitrateLimit>6000</t:BitrateLimit>"
            '</t:RateControl></m2:VideoEncoder><m2:AudioEncoder token="a"><t:Encoding>MP4A-LATM'
            "</t:Encoding></m2:AudioEncoder></m2:Configurations></m2:Profiles>"
            "</m2:GetProfilesResponse>"
        )

    def _stream_uri(self, request: Tree.Element) -> str:
        setup = request.find(f"{TRT}StreamSetup")
        if (
            setup is None
            or setup.findtext(f"{TT}Stream") != "RTP-Unicast"
            or setup.findtext(f"{TT}Transport/{TT}Protocol") != "RTSP"
        ):
            raise Refused("ter:InvalidStreamSetup")
        token = request.findtext(f"{TRT}ProfileToken", "")
        if token not in {"main&1", "sub"}:
            raise Refused("ter:NoProfile")
        return (
            "<m:GetStreamUriResponse><m:MediaUri><t:Uri>"
            f"{self._url(token)}</t:Uri><t:InvalidAfterConnect>false</t:InvalidAfterConnect>"
            "<t:InvalidAfterReboot>false</t:InvalidAfterReboot><t:Timeout>PT0S</t:Timeout>"
            "</m:MediaUri></m:GetStreamUriResponse>"
        )

    def _stream_uri2(self, request: Tree.Element) -> str:
        if request.findtext(f"{TR2}Protocol") != "RTSP":
            raise Refused("ter:InvalidArgVal")
        if request.findtext(f"{TR2}ProfileToken") != "p2":
            raise Refused("ter:NoProfile")
        return (
            f"<m2:GetStreamUriResponse><m2:Uri>{self._url('p2')}</m2:Uri></m2:GetStreamUriResponse>"
        )

    def _url(self, token: str) -> str:
        return self.stream.format(host=self.said_host, token=token.split("&")[0])

    # -- events -------------------------------------------------------------------------------

    def _subscribe(self) -> str:
        if not self.has_events:
            raise Refused("ter:ActionNotSupported")
        key = secrets.token_hex(4)
        with self._told:
            self.subscriptions[key] = []
        return (
            "<e:CreatePullPointSubscriptionResponse><e:SubscriptionReference><a:Address>"
            f"{self.scheme}://{self.said_host}:{self.port}/onvif/subscription</a:Address>"
            f'<a:ReferenceParameters><x:Subscription xmlns:x="urn:example:camera">{key}'
            "</x:Subscription></a:ReferenceParameters></e:SubscriptionReference>"
            f"{self._terms()}</e:CreatePullPointSubscriptionResponse>"
        )

    def _event_properties(self) -> str:
        if not self.has_events or not self.lists_topics:
            raise Refused("ter:ActionNotSupported")
        described = (
            '<t:MessageDescription IsProperty="true"><t:Data><t:SimpleItemDescription Name="State" '
            'Type="xs:boolean"/></t:Data></t:MessageDescription>'
        )
        return (
            "<e:GetEventPropertiesResponse><e:TopicNamespaceLocation>"
            "http://www.onvif.org/onvif/ver10/topics/topicns.xml</e:TopicNamespaceLocation>"
            "<n:FixedTopicSet>true</n:FixedTopicSet>"
            '<w:TopicSet xmlns:w="http://docs.oasis-open.org/wsn/t-1" '
            'xmlns:tns1="http://www.onvif.org/ver10/topics">'
            "<tns1:RuleEngine><CellMotionDetector>"
            f'<Motion w:topic="true">{described}</Motion></CellMotionDetector></tns1:RuleEngine>'
            "<tns1:VideoSource><GlobalSceneChange>"
            f'<ImagingService w:topic="true">{described}</ImagingService></GlobalSceneChange>'
            "</tns1:VideoSource><tns1:Device><Trigger>"
            f'<Relay w:topic="true">{described}</Relay></Trigger></tns1:Device>'
            "</w:TopicSet></e:GetEventPropertiesResponse>"
        )

    def _terms(self) -> str:
        end = self.now() + timedelta(seconds=self.term_s)
        return (
            f"<n:CurrentTime>{self.now():%Y-%m-%dT%H:%M:%SZ}</n:CurrentTime>"
            f"<n:TerminationTime>{end:%Y-%m-%dT%H:%M:%SZ}</n:TerminationTime>"
        )

    def _key(self, header: Tree.Element | None, action: str) -> str:
        if header is None or header.findtext(f"{WSA}Action") != action:
            raise Refused("ter:InvalidArgs")
        if not (header.findtext(f"{WSA}To") or "").endswith("/onvif/subscription"):
            raise Refused("ter:InvalidArgs")
        key = header.findtext(MUTE, "")
        if key not in self.subscriptions:
            raise Refused("ter:InvalidArgs")
        return key

    def _pull(self, request: Tree.Element, header: Tree.Element | None) -> str:
        key = self._key(header, f"{TEV[1:-1]}/PullPointSubscription/PullMessagesRequest")
        wait = re.fullmatch(r"PT(\d+)S", request.findtext(f"{TEV}Timeout", ""))
        limit = int(request.findtext(f"{TEV}MessageLimit", "1"))
        with self._told:
            self._told.wait_for(
                lambda: self.stopping.is_set() or bool(self.subscriptions.get(key)),
                timeout=int(wait[1]) if wait else 1,
            )
            waiting = self.subscriptions.get(key, [])
            sent, waiting[:] = waiting[:limit], waiting[limit:]
        return (
            f"<e:PullMessagesResponse>{self._terms().replace('n:', 'e:')}{''.join(sent)}"
            "</e:PullMessagesResponse>"
        )

    def _renew(self, header: Tree.Element | None) -> str:
        self._key(header, "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/RenewRequest")
        if self.refuses_renew:
            raise Refused("ter:InvalidArgVal")
        self.renewed += 1
        return f"<n:RenewResponse>{self._terms()}</n:RenewResponse>"

    def _unsubscribe(self, header: Tree.Element | None) -> str:
        key = self._key(
            header, "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/UnsubscribeRequest"
        )
        with self._told:
            del self.subscriptions[key]
        return "<n:UnsubscribeResponse/>"

    def stop(self) -> None:
        self.stopping.set()
        with self._told:
            self._told.notify_all()


SCOPES = (
    "onvif://www.onvif.org/type/video_encoder",
    "onvif://www.onvif.org/name/Gate%20North",
    "onvif://www.onvif.org/hardware/VC-1000",
    "onvif://www.onvif.org/location/Basra%20Corniche",
)


def envelope(body: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<e1:Envelope xmlns:e1="http://www.w3.org/2003/05/soap-envelope" '
        f'xmlns:d="{TDS[1:-1]}" xmlns:m="{TRT[1:-1]}" xmlns:m2="{TR2[1:-1]}" xmlns:e="{TEV[1:-1]}" '
        f'xmlns:t="{TT[1:-1]}" xmlns:n="{WSNT[1:-1]}" xmlns:a="{WSA[1:-1]}" '
        'xmlns:ter="http://www.onvif.org/ver10/error">'
        f"<e1:Header/><e1:Body>{body}</e1:Body></e1:Envelope>"
    ).encode()


def fault(code: str, reason: str) -> bytes:
    return envelope(
        "<e1:Fault><e1:Code><e1:Value>e1:Sender</e1:Value><e1:Subcode>"
        f"<e1:Value>{code}</e1:Value></e1:Subcode></e1:Code><e1:Reason>"
        f'<e1:Text xml:lang="en">{reason}</e1:Text></e1:Reason></e1:Fault>'
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    camera: Camera

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that give up are part of these tests."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        camera = self.server.camera
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self._misbehave(camera):
            return
        root = Tree.fromstring(body)
        request = root.find(f"{SOAP}Body")[0]
        header = root.find(f"{SOAP}Header")
        name = request.tag.rpartition("}")[2]
        camera.asked.append(name)
        open_to_all = name == "GetSystemDateAndTime" and not camera.clock_needs_login
        answered = self.headers.get("Authorization", "")
        by_token = camera.login == "token"
        if not open_to_all and not by_token and not camera.is_right(answered, self.path):
            self._send(401, b"", ("WWW-Authenticate", camera.challenge()))
            return
        try:
            if not open_to_all and by_token:
                camera.check_token(header)
            self._send(200, envelope(camera.answer(request, header)))
        except Refused as refusal:
            reason = camera.password if camera.fault == "echo_password" else "no"
            self._send(400, fault(str(refusal), reason))

    def _misbehave(self, camera: Camera) -> bool:
        if camera.fault == "garbage":
            self._send(200, b"<html><body>Welcome <b>to your router</body>")
        elif camera.fault == "bomb":
            self._send(200, BOMB)
        elif camera.fault in {"401", "403", "503"}:
            self._send(int(camera.fault), b"")
        elif camera.fault == "hang_up":
            self.close_connection = True
        elif camera.fault == "silent":
            camera.stopping.wait(60)
        elif camera.fault in {"drip", "drip_head", "huge"}:
            self._stream(camera)
        else:
            return False
        return True

    def _stream(self, camera: Camera) -> None:
        """Send what never ends: by single bytes, or as fast as it goes."""
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n"
        piece = b"<a>" * 21845 if camera.fault == "huge" else b" "
        if camera.fault == "drip_head":
            piece = b"X"
        else:
            head += b"\r\n"
        with suppress(OSError):
            self.wfile.write(head)
            while not camera.stopping.wait(0 if camera.fault == "huge" else 0.1):
                self.wfile.write(piece)
                camera.sent_bytes += len(piece)
        self.close_connection = True

    def _send(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


class Responder:
    """Answers WS-Discovery probes on a UDP socket until closed.

    `extra` is sent before each answer; `answers` switches the honest one off; the first `loses`
    probes are lost.
    """

    def __init__(self, camera: Camera, *, multicast: bool = False) -> None:
        self.camera = camera
        self.heard: list[bytes] = []
        self.extra: list[bytes] = []
        self.answers = True
        self.loses = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(0.1)
        if multicast:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.socket.bind(("239.255.255.250", 3702))
            group = struct.pack("4s4s", socket.inet_aton("239.255.255.250"), b"\x7f\0\0\1")
            self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
        else:
            self.socket.bind(("127.0.0.1", 0))
        self.port = int(self.socket.getsockname()[1])
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._thread.join(timeout=5)
        self.socket.close()

    def _serve(self) -> None:
        while not self._closed.is_set():
            try:
                probe, sender = self.socket.recvfrom(65536)
            except TimeoutError:
                continue
            self.heard.append(probe)
            if len(self.heard) <= self.loses:
                continue
            for datagram in [*self.extra, *([self.answer(probe)] if self.answers else [])]:
                with suppress(OSError):
                    self.socket.sendto(datagram, sender)

    def answer(self, probe: bytes) -> bytes:
        root = Tree.fromstring(probe)
        types = root.findtext(f"{SOAP}Body/{WSD}Probe/{WSD}Types", "")
        if not types.endswith((":NetworkVideoTransmitter", ":Device")):
            return b""
        asked = root.findtext(f"{SOAP}Header/{OLD_WSA}MessageID", "")
        return matches(asked, self.camera.endpoint, self.camera.xaddr)


def matches(relates_to: str, endpoint: str, xaddrs: str, scopes: tuple[str, ...] = SCOPES) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<E:Envelope xmlns:E="http://www.w3.org/2003/05/soap-envelope" '
        f'xmlns:w="{OLD_WSA[1:-1]}" xmlns:p="{WSD[1:-1]}" '
        'xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><E:Header>'
        "<w:MessageID>urn:uuid:1</w:MessageID>"
        f"<w:RelatesTo>{relates_to}</w:RelatesTo><w:Action>{WSD[1:-1]}/ProbeMatches</w:Action>"
        "</E:Header><E:Body><p:ProbeMatches><p:ProbeMatch><w:EndpointReference>"
        f"<w:Address>{endpoint}</w:Address></w:EndpointReference>"
        f"<p:Types>dn:NetworkVideoTransmitter</p:Types><p:Scopes>{' '.join(scopes)}</p:Scopes>"
        f"<p:XAddrs>{xaddrs}</p:XAddrs><p:MetadataVersion>1</p:MetadataVersion>"
        "</p:ProbeMatch></p:ProbeMatches></E:Body></E:Envelope>"
    ).encode()


@contextmanager
def onvif_camera(**settings: object) -> Iterator[Camera]:
    """Run a camera at `camera.xaddr`; fields of `Camera` may be given."""
    camera = Camera(**settings)  # type: ignore[arg-type]
    server = _Server(("127.0.0.1", 0), _Handler)
    server.camera = camera
    if camera.tls:
        server.socket = camera.tls.wrap_socket(server.socket, server_side=True)
    camera.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield camera
    finally:
        camera.stop()
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


@contextmanager
def responder(camera: Camera, *, multicast: bool = False) -> Iterator[Responder]:
    """Let a camera answer probes at `camera.udp`, or to the multicast group on loopback."""
    answering = Responder(camera, multicast=multicast)
    camera.udp_port = answering.port
    try:
        yield answering
    finally:
        answering.close()
