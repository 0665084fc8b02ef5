// Hands the packages of this folder to the driver.
import { Auth } from "@vonage/auth";
import { verifySignature } from "@vonage/jwt";
import * as library from "@vonage/messages";
import { Vonage } from "@vonage/server-sdk";

import { drive } from "../node-v3/drive.mjs";

await drive({ Vonage, Auth, verifySignature, library });
