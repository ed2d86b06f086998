"""The entities of the core; `tables` tells how to read them."""

from __future__ import annotations

CORE = r"""
# Attribute Base owned
name varchar required multilang
attributeGroup link>AttributeGroup
attributePanel link>AttributePanel required
extensibleEnum link>ExtensibleEnum
entity link>Entity required
code varchar
type varchar required default="text"
fileType link>FileType
isMultilang bool
classificationAttributes many>ClassificationAttribute foreign=attribute
pattern varchar
min float
max float
maxLength int
countBytesInsteadOfCharacters bool
data jsonObject
measure link>Measure
defaultUnit varchar
defaultDate varchar
isRequired bool
isReadOnly bool
isProtected bool
sortOrder int
attributeGroupSortOrder int
tooltip text multilang
description text multilang
amountOfDigitsAfterComma int
useDisabledTextareaInViewMode bool
dropdown bool
notNull bool
trim bool
listMultilingual bool notstored
fullWidth bool
channel link>Channel
! entityId code

# AttributeGroup Base owned
name varchar required multilang
description text multilang
entity link>Entity required
code varchar unique
isActive bool default=true
attributes many>Attribute foreign=attributeGroup
sortOrder int

# AttributePanel ReferenceData
name varchar required multilang
code varchar required
description text
entity link>Entity required
default bool
sortOrder float required
attributes many>Attribute foreign=attributePanel

# ExtensibleEnum Base owned
name varchar required
description text
code varchar unique
multilingual bool default=true
extensibleEnumOptions many>ExtensibleEnumOption via=ExtensibleEnumExtensibleEnumOption
attributes many>Attribute foreign=extensibleEnum

# ExtensibleEnumOption Base owned
name text multilang
listMultilingual bool notstored
code varchar unique
extensibleEnums many>ExtensibleEnum via=ExtensibleEnumExtensibleEnumOption
color color
sortOrder int

# ExtensibleEnumExtensibleEnumOption Relation
extensibleEnum link>ExtensibleEnum required
extensibleEnumOption link>ExtensibleEnumOption required
sorting int
! extensibleEnumId extensibleEnumOptionId

# Measure Base
name varchar required multilang max=255
code varchar unique
description text
displayFormat enum options=format1|format2
units many>Unit foreign=measure
attributes many>Attribute foreign=measure

# Unit Base
name varchar required multilang max=255
code varchar unique
symbol varchar
isActive bool default=true
description text multilang
measure link>Measure required
isMain bool
multiplier float required default=1
! measureId name

# Language ReferenceData
name varchar required
code enum required unique max=6
role enum required options=main|additional default="additional"
description text

# Locale ReferenceData
name varchar required
code varchar required
languageCode varchar required
fallbackLanguage varchar
decimalMark varchar
thousandSeparator varchar
weekStart varchar
dateFormat varchar
timeFormat varchar
timeZone varchar

# FolderHierarchy Relation
parent link>Folder required
entity link>Folder required
hierarchySortOrder int
! parentId entityId

# EntityTeam Relation
entityId varchar required
team link>Team required
! entityId teamId

# Account Base
name varchar required max=249
description text
type enum options=individual|company
emailAddress email
phoneNumber varchar
number varchar unique
products many>Product foreign=defaultSupplier
channel link>Channel
isActive bool

# File Base
name varchar required notnull
description text
extension varchar readonly notstored
downloadUrl varchar readonly notstored
hasOpen bool notstored
mimeType varchar readonly
fileSize int readonly
fileMtime datetime readonly
hash varchar readonly index
storage link>Storage readonly default="a_base"
folder link>Folder
folderPath jsonObject readonly notstored
path varchar readonly max=300
thumbnailsPath text readonly
type link>FileType
width float readonly
height float readonly
products many>Product via=ProductFile
categories many>Category via=CategoryFile
brands many>Brand via=BrandFile

# Folder Hierarchy
name varchar required
description text
children many>Folder via=FolderHierarchy:parentId:entityId
parents many>Folder via=FolderHierarchy:entityId:parentId
parent link>Folder notstored
folderPath jsonObject readonly notstored
code varchar unique
files many>File foreign=folder
storage link>Storage readonly default="a_base"

# Storage Base
name varchar required notnull
type enum required options=local default="local"
path varchar unique max=300
syncFolders bool
folder link>Folder
isActive bool

# FileType Base
name varchar required
extensions array
mimeTypes array

# Country Base
name varchar required
code varchar unique
isActive bool
eu bool
products many>Product foreign=countryOfOrigin

# Team Base
name varchar required

# Job Base
name varchar required
status enum required options=Pending|Running|Success|Failed|Canceled|Awaiting default="Pending"
message text readonly
pid int readonly
executeTime datetime readonly
startedAt datetime readonly
endedAt datetime readonly
priority float required default=100
type varchar readonly
payload jsonObject readonly
ownerUser link>User

# User Base
name varchar required
type enum options=Token default="Token"
isAdmin bool
userName varchar required max=50
firstName varchar max=100 default=""
lastName varchar max=100 default=""
isActive bool default=true
emailAddress email

# Entity ReferenceData
name varchar required
code varchar required
type varchar
"""
